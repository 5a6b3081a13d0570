// A filter over the operations of the API's page. Without it the page is simply long.
const box = document.querySelector("[data-filter]");
const operations = [...document.querySelectorAll(".op")];
const none = document.querySelector("[data-none]");

box?.addEventListener("input", () => {
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const op of operations) op.hidden = !words.every((w) => op.textContent.toLowerCase().includes(w));
  for (const group of document.querySelectorAll("[data-group]")) group.hidden = !group.querySelector(".op:not([hidden])");
  none.hidden = operations.some((op) => !op.hidden);
});
