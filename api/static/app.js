// What every page shares. Pages work without it; it only makes them kinder.

// <form data-confirm="确定取消？"> asks before it sends.
document.addEventListener("submit", (e) => {
  const form = e.target;
  const ask = e.submitter?.dataset.confirm ?? form.dataset.confirm;
  if (ask && !window.confirm(ask)) return e.preventDefault();
  // A second tap must not send the form twice. The server refuses the repeat anyway; this spares the person the refusal.
  if (form.method === "post") setTimeout(() => !e.defaultPrevented && hold(form), 0);
});

function hold(form) {
  const buttons = [...form.querySelectorAll("button:not([type=button])")].filter((b) => !b.disabled);
  for (const b of buttons) [b.disabled, b.dataset.held] = [true, ""];
  // A download or a broken line leaves the page standing: give the buttons back.
  setTimeout(() => free(buttons), 6000);
}

function free(buttons) {
  for (const b of buttons) b.disabled = false;
}

// Back from another page out of the browser's memory: its buttons are as we left them, held.
window.addEventListener("pageshow", (e) => {
  if (e.persisted) free(document.querySelectorAll("[data-held]:disabled"));
});

// <div class="qty"><button type="button" data-step="-1">…<input type="number" min max>…<button data-step="1"></div>
document.addEventListener("click", (e) => {
  const button = e.target.closest?.(".qty [data-step]");
  const input = button?.parentElement.querySelector("input");
  if (!input) return;
  const low = Number(input.min || 0);
  const high = Number(input.max || Infinity);
  const next = Math.min(high, Math.max(low, (Number(input.value) || 0) + Number(button.dataset.step)));
  if (String(next) === input.value) return;
  input.value = next;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});

// <select data-submit> and <input type="date" data-submit> send their form when changed.
document.addEventListener("change", (e) => {
  if (e.target.matches?.("[data-submit]")) e.target.form?.requestSubmit();
});

// <button data-print> opens the print dialog.
document.addEventListener("click", (e) => {
  if (e.target.closest?.("[data-print]")) window.print();
});

// The page one stands on must be seen in a row of links that scrolls sideways.
for (const row of document.querySelectorAll(".nav, .tabs, .chips")) {
  const here = row.querySelector("[aria-current], [aria-selected=true]");
  if (here && row.scrollWidth > row.clientWidth) row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}
