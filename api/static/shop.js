// The shop's kindnesses: three lists for the region instead of typing it, and buttons that copy. Pages work without.

const box = document.querySelector("[data-regions]");
if (box) pickRegion(box).catch(() => {}); // the typed field stays where the list cannot be had

async function pickRegion(box) {
  const answer = await fetch("/api/v1/regions");
  if (!answer.ok) return;
  const provinces = await answer.json();
  const [province, city, district] = box.querySelectorAll("select");
  const typed = document.querySelector("[data-typed]");

  // Each list depends on the one before it.
  const cities = () => fill(city, inside(provinces, province.value), box.dataset.city, cityWord);
  const districts = () => fill(district, inside(inside(provinces, province.value), city.value), box.dataset.district);
  province.addEventListener("change", () => (cities(), districts()));
  city.addEventListener("change", districts);
  fill(province, provinces, box.dataset.province);
  cities();
  districts();

  for (const list of [province, city, district]) list.disabled = false;
  box.hidden = false;
  typed.hidden = true;
  typed.querySelector("input").disabled = true;
}

function inside(places, name) {
  return places.find((p) => p[1] === name)?.[2] ?? [];
}

// A list of one needs no choosing; otherwise nothing is chosen for the person.
function fill(select, places, wanted, word = (name) => name) {
  const names = places.map((p) => p[1]);
  const options = names.map((name) => new Option(word(name), name, false, name === wanted));
  if (names.length !== 1) options.unshift(new Option("请选择", "", false, !names.includes(wanted)));
  select.replaceChildren(...options);
}

// Four cities are provinces too; what the list of the nation calls their parts says little to people.
function cityWord(name) {
  return { 市辖区: "市区各区", 县: "各县" }[name] ?? name;
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const from = button.closest(".card").querySelector("[data-copy-text]");
  if (!navigator.clipboard || !from) continue;
  button.hidden = false;
  const label = button.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(from.dataset.copyText || from.textContent.trim());
    button.textContent = "已复制";
    setTimeout(() => (button.textContent = label), 2000);
  });
}
