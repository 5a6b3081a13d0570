// The resident's chat. What was said stands in the page already; this adds what comes.
// A message has an id of its own: sent again after a broken line it gets the first answer, and nothing is done twice.
const chat = document.querySelector("[data-chat]");
const form = document.querySelector("[data-chat-form]");
const text = document.querySelector("[data-text]");
const file = document.querySelector("[data-file]");
const csrf = document.querySelector("meta[name=csrf-token]").content;

const PATIENCE = 20000; // ms for one send; a photo over a mountain's network is slow
const EVERY = 10000; // ms between questions whether an officer has answered
const LONGEST = 1600; // px of a photo's longer side

let after = Number(chat.dataset.after) || 0;
let open = 0; // messages on their way
const unsent = new Set();

// ---- building what is seen; only textContent, so that nothing anyone wrote becomes markup
function el(name, className, ...children) {
  const e = document.createElement(name);
  if (className) e.className = className;
  e.append(...children);
  return e;
}

function said(replies) {
  const msg = el("div", "msg bot");
  for (const r of replies) msg.append(...kinds[r.type](r));
  return msg;
}

const kinds = {
  text: (r) => [el("div", "bubble", r.text)],
  image: (r) => [el("div", "bubble image", picture(r))],
  link: (r) => {
    const a = el("a", "choice link", r.text);
    a.href = r.url;
    return [a];
  },
  choices: (r) => {
    const box = el("div", "choices" + (r.choices.length > 3 ? " two" : ""));
    for (const c of r.choices) box.append(choice(c));
    return r.text ? [el("div", "bubble", r.text), box] : [box];
  },
};

const wide = (label) => [...label].reduce((n, c) => n + (c > "\u00ff" ? 2 : 1), 0) > 15;
const ways = ["返回", "取消", "主菜单"]; // out of here: always there, never the main thing

function choice(c) {
  const b = el("button", "choice " + (ways.includes(c.send) ? "quiet" : wide(c.label) ? "whole" : ""), c.label);
  b.name = "send";
  b.value = c.send;
  return b;
}

function picture(r) {
  const img = new Image();
  img.alt = r.alt ?? "";
  const page = /^\/v\/.+\.png$/.test(r.url) ? r.url.slice(0, -4) : "";
  [img.width, img.height] = page ? [424, 424] : [640, 480]; // known before it comes: nothing jumps
  img.src = r.url;
  if (!page) return img;
  const a = el("a", "code-link", img, el("span", "", "点开放大，给工作人员扫"));
  a.href = page;
  return a;
}

function add(node) {
  chat.append(node);
  const composer = form.querySelector(".composer").offsetHeight;
  // A long answer is read from its beginning, a short one with all of its buttons in sight.
  if (node.offsetHeight > innerHeight - composer - 80) node.scrollIntoView({ block: "start" });
  else toEnd();
}

function toEnd() {
  scrollTo(0, document.documentElement.scrollHeight);
}

// Choices that were answered are gone: only the last can be tapped.
function retireChoices() {
  for (const old of chat.querySelectorAll(".choices")) old.remove();
}

function holdChoices(held) {
  for (const b of chat.querySelectorAll(".choices button")) b.disabled = held;
}

// ---- saying something
form.addEventListener("submit", (e) => {
  e.preventDefault();
  e.stopPropagation();
  const tapped = e.submitter?.name === "send" ? e.submitter : null;
  if (tapped) return say({ text: tapped.value }, tapped.textContent);
  const typed = text.value.trim();
  if (!typed) return text.focus();
  text.value = "";
  say({ text: typed }, typed);
});

text.addEventListener("keydown", (e) => {
  if (e.key === "Enter" && !e.shiftKey && !e.isComposing) {
    e.preventDefault();
    form.requestSubmit();
  }
});

function say(message, shown, preview) {
  message.id = [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
  const mine = el("div", "msg me waiting", preview ? el("div", "bubble image", preview) : el("div", "bubble", shown));
  chat.append(mine);
  toEnd();
  return queue(message, mine);
}

// One after the other, in the order they were said: an answer must not overtake the one before it.
let line = Promise.resolve();
function queue(message, mine) {
  unsent.add(message);
  return (line = line.then(() => deliver(message, mine)).catch(reportError));
}

async function deliver(message, mine) {
  open++;
  mine.querySelector(".unsent")?.remove();
  mine.classList.add("waiting");
  holdChoices(true);
  const typing = el("div", "msg bot", el("div", "bubble typing", el("i"), el("i"), el("i")));
  typing.setAttribute("aria-label", "正在回复");
  add(typing);
  const answer = await send(message);
  typing.remove();
  open--;
  if (answer.again) return failed(message, mine, answer.why);
  unsent.delete(message);
  mine.classList.remove("waiting");
  if (answer.why) return refused(message, mine, answer.why);
  const bubble = mine.querySelector(".bubble:not(.image)");
  if (bubble) bubble.textContent = mask(bubble.textContent);
  retireChoices();
  hear(answer);
}

// send tries twice by itself; after that the person is asked.
async function send(message) {
  for (let i = 0; i < 2; i++) {
    if (i) await new Promise((done) => setTimeout(done, 1200));
    try {
      const res = await fetch("/api/v1/chat", { method: "POST", signal: AbortSignal.timeout?.(PATIENCE), ...body(message) });
      const answer = await res.json();
      if (res.ok) return answer;
      if (res.status < 500 && res.status !== 429) return { why: answer.detail };
    } catch {
      // The line: the same message goes out again.
    }
  }
  return { again: true };
}

function body(message) {
  const headers = { "X-CSRF-Token": csrf };
  if (!message.photo) {
    return { headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify({ id: message.id, text: message.text }) };
  }
  const data = new FormData();
  data.set("id", message.id);
  data.set("text", message.text ?? "");
  data.set("photo", message.photo, "photo.jpg");
  return { headers, body: data };
}

function failed(message, mine) {
  holdChoices(false);
  const again = el("button", "btn btn-small", "再发一次");
  again.type = "button";
  again.addEventListener("click", () => queue(message, mine));
  mine.append(el("div", "unsent", "没发出去，请检查网络", again));
  toEnd();
}

// What was refused comes back into the field, to be changed.
function refused(message, mine, why) {
  mine.remove();
  holdChoices(false);
  if (message.text && !text.value) text.value = message.text;
  add(el("div", "msg bot", el("div", "bubble", why)));
}

function hear(answer) {
  if (answer.after > after) after = answer.after;
  if (answer.replies?.length) add(said(answer.replies));
}

// A number stays on the screen no longer than it must; the server keeps it masked as well.
function mask(s) {
  return s.replace(/\d[\d ]{12,20}[\dXx]/g, (n) => n.slice(0, 4) + "*".repeat(n.length - 6) + n.slice(-2)).replace(/(?<!\d)(1\d{2})\d{4}(\d{4})(?!\d)/g, "$1****$2");
}

// ---- photos: made small here, so that they go through a thin line
document.querySelector("[data-photo]").hidden = false;
file.addEventListener("change", async () => {
  const picked = file.files[0];
  file.value = "";
  if (!picked) return;
  const photo = await shrink(picked);
  if (!photo) return add(el("div", "msg bot", el("div", "bubble", "这张照片打不开。请换一张，或用手机相机重拍一张。")));
  const preview = new Image();
  preview.alt = "您发的照片";
  [preview.width, preview.height] = [photo.width, photo.height];
  preview.src = URL.createObjectURL(photo.blob);
  say({ text: text.value.trim(), photo: photo.blob }, "", preview);
  text.value = "";
});

async function shrink(picked) {
  try {
    const bitmap = await createImageBitmap(picked, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [Math.round(bitmap.width * scale), Math.round(bitmap.height * scale)];
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return blob && { blob, width: canvas.width, height: canvas.height };
  } catch {
    return null;
  }
}

// ---- what comes by itself: an officer's answer, a notice
async function ask() {
  if (document.hidden || open) return;
  try {
    const res = await fetch("/api/v1/chat?after=" + after);
    if (res.ok && !open) later(await res.json());
  } catch {
    // No line: the next try asks again.
  }
}

function later(answer) {
  if (answer.after > after) after = answer.after;
  if (!answer.replies?.length) return;
  // News stands above the question that waits, whose buttons stay the last.
  const choices = chat.querySelector(".choices");
  const news = said(answer.replies);
  if (choices && !news.querySelector(".choices")) {
    choices.closest(".msg").before(news);
    news.scrollIntoView({ block: "nearest" });
    return;
  }
  add(news);
}

setInterval(ask, EVERY);
document.addEventListener("visibilitychange", ask);

// ---- the code, as large and bright as the phone can
const code = document.querySelector("[data-code]");
let awake = null;

chat.addEventListener("click", async (e) => {
  const link = e.target.closest(".code-link");
  if (!link) return;
  e.preventDefault();
  const img = link.querySelector("img");
  code.querySelector("img").src = img.src;
  code.querySelector("img").alt = img.alt;
  code.querySelector("p").textContent = img.alt;
  code.showModal();
  awake = await navigator.wakeLock?.request("screen").catch(() => null);
});
code.addEventListener("close", () => awake?.release().catch(() => {}));

addEventListener("beforeunload", (e) => unsent.size && e.preventDefault());
toEnd();
ask();
