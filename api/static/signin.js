// The demonstration's accounts fill the form at one tap; the password can be shown.
const login = document.querySelector("input[name=login]");
const password = document.querySelector("input[name=password]");

for (const button of document.querySelectorAll("[data-login]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    login.value = button.dataset.login;
    password.value = button.dataset.password;
    for (const other of document.querySelectorAll("[data-login]")) other.setAttribute("aria-pressed", String(other === button));
    password.form.querySelector("button[type=submit]").focus();
  });
}

const show = document.querySelector("[data-show-password]");
show?.addEventListener("change", () => {
  password.type = show.checked ? "text" : "password";
});
