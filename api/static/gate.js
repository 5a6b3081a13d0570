// The gate: camera, scanner or keyboard in, one large verdict out.
// A scan has an id of its own. When the line breaks it is sent again with the same id, so nobody is counted twice.
import { play, unlock } from "./sound.js";
import { offerWeChat } from "./wechat.js";

const $ = (name) => document.querySelector(`[data-${name}]`);
const gate = $("gate");
const csrf = document.querySelector("meta[name=csrf-token]").content;
const code = document.getElementById("code");
const verdict = $("verdict");
const video = document.querySelector("[data-scanner] video");

const TRIES = 3; // sends of one scan before the person is told
const PATIENCE = 6000; // ms for one send
const PAUSE = 3000; // ms until the next scan, where it goes on by itself

// ---- what this phone remembers: nothing of any visitor
const kept = { spot: "", lane: "", camera: "", next: false, sound: true, device: "", ...read() };
if (!kept.device) kept.device = random();
if (![...document.getElementById("set-spot").options].some((o) => o.value === kept.spot)) kept.spot = gate.dataset.spot;
keep();

function read() {
  try {
    return JSON.parse(localStorage.getItem("jieban.gate")) ?? {};
  } catch {
    return {};
  }
}

function keep() {
  try {
    localStorage.setItem("jieban.gate", JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing: the settings then last as long as the page.
  }
}

function random() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
}

// ---- business time: the server's, moved on by this phone's clock
let offset = 0;
setClock(gate.dataset.clock);
const now = () => new Date(Date.now() + offset);

function setClock(ms) {
  if (ms) offset = Number(ms) - Date.now();
}

const clockWords = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });
function showClock() {
  const p = Object.fromEntries(clockWords.formatToParts(now()).map((x) => [x.type, x.value]));
  $("now").textContent = `${p.month}月${p.day}日 ${p.hour}:${p.minute}`;
}
showClock();
setInterval(showClock, 5000);

// ---- one scan
let busy = false;
let shown = null; // the scan whose verdict covers the screen

async function judge(text) {
  text = text.trim();
  if (busy || !text) return;
  if (!verdict.hidden) hideVerdict();
  // What is short is a document's number: a code has 138 letters and an address before them.
  const what = text.length <= 30 && !/[/:]/.test(text) ? { document_number: text } : { code: text };
  await submit({ id: random(), ...what, spot: kept.spot, gate: kept.lane, device: kept.device, at: now().toISOString() });
}

async function submit(scan) {
  busy = true;
  scanner?.pause();
  $("judge").disabled = true;
  if (scanner) say("正在核对……");
  try {
    show(scan, await send(scan));
  } finally {
    busy = false;
    $("judge").disabled = false;
    if (scanner) say("");
  }
  today();
}

// send gives the answer, or what to tell the person instead.
async function send(scan) {
  for (let i = 0; i < TRIES; i++) {
    if (i) await new Promise((done) => setTimeout(done, 600 * i));
    try {
      const res = await post("/api/v1/scans", scan);
      if (res.status === 401) return signIn();
      const body = await res.json();
      if (res.ok) return body;
      if (res.status < 500) return { trouble: "没有办成", why: body.detail };
    } catch {
      // The line: the same scan goes out again.
    }
  }
  return { trouble: "没有网络", why: "没有网络，请用纸质登记：姓名、证件号码后四位、人数、时间。有网络后点“再试一次”补上这一次。", again: true };
}

function post(url, body) {
  return fetch(url, {
    method: "POST", body: body && JSON.stringify(body), signal: AbortSignal.timeout?.(PATIENCE),
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
  });
}

function signIn() {
  location.href = "/signin?to=/gate";
  return { trouble: "请重新登录", why: "登录已过期，正在带您去登录。" };
}

// ---- the verdict
let timer = 0;

function show(scan, a) {
  const said = a.trouble ? trouble(a) : words(a);
  verdict.className = "verdict " + said.class;
  const word = document.getElementById("verdict-word");
  word.textContent = said.word;
  word.classList.toggle("long", said.word.length > 3);
  fill($("sum"), said.sum);
  fill($("why"), said.why);
  facts(a);
  shown = { scan, again: a.again };
  $("next").textContent = a.again ? "再试一次" : "继续扫码";
  const undo = $("undo");
  undo.hidden = !a.again && !(a.admitted > 0);
  undo.textContent = a.again ? "先不管，扫下一个" : "按错了，撤销这次放行";
  verdict.hidden = false;
  $("next").focus();
  if (kept.sound) play(said.class);
  else navigator.vibrate?.(said.class === "ok" ? [60] : [320]);
  code.value = "";
  if (kept.next && a.verdict === "ok") timer = setTimeout(goOn, PAUSE);
}

function fill(el, text) {
  el.textContent = text ?? "";
  el.hidden = !text;
}

// words says an answer as sayVerdict of the server does.
function words(a) {
  if (a.verdict === "check") return { class: "check", word: "请核对证件", why: a.message };
  if (a.verdict === "refused") return { class: "refused", word: "拒绝", why: a.message };
  let [sum, why] = [`${a.offer} · ${a.admitted}人`, a.offer === "免费" ? "" : a.message];
  if (a.collect_fen > 0) [sum, why] = [`${a.offer} 收 ${yuan(a.collect_fen)}`, `放行 ${a.admitted}人`];
  if (a.left > 0) why = (why ? why + "，" : "") + `还有${a.left}人没进`;
  return { class: a.verdict, word: "放行", sum, why };
}

function trouble(a) {
  return { class: "check", word: a.trouble, why: a.why };
}

const yuan = (fen) => `¥${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, "0")}`;

function facts(a) {
  const rows = [["持券人", a.holder], ["日期", a.visit_day && dayWords(a.visit_day)], ["全券", a.party && a.party + "人"]];
  const list = $("facts");
  list.replaceChildren();
  for (const [name, value] of rows) {
    if (!value) continue;
    const [dt, dd] = [document.createElement("dt"), document.createElement("dd")];
    [dt.textContent, dd.textContent] = [name, value];
    list.append(dt, dd);
  }
  list.hidden = !list.children.length;
}

function dayWords(day) {
  const [y, m, d] = day.split("-").map(Number);
  return `${m}月${d}日(周${"日一二三四五六"[new Date(Date.UTC(y, m - 1, d)).getUTCDay()]})`;
}

function hideVerdict() {
  clearTimeout(timer);
  verdict.hidden = true;
  shown = null;
}

function goOn() {
  const again = shown?.again && shown.scan;
  hideVerdict();
  if (again) return submit(again);
  ready();
  rescan?.();
}

function ready() {
  scanner?.resume();
  if (!scanner && matchMedia("(pointer: fine)").matches) code.focus();
}

$("next").addEventListener("click", goOn);
$("undo").addEventListener("click", async () => {
  if (shown.again) {
    hideVerdict();
    return ready(), rescan?.();
  }
  clearTimeout(timer);
  if (await undo(shown.scan.id)) {
    hideVerdict();
    ready();
  }
});

async function undo(id) {
  if (!window.confirm("撤销这次放行？券会恢复成没用过。")) return false;
  try {
    const res = await post(`/api/v1/scans/${encodeURIComponent(id)}/undo`);
    if (res.ok) return today(), true;
    window.alert((await res.json()).detail);
  } catch {
    window.alert("没有网络，没有撤销成。请过一会儿再试，15分钟内都可以撤销。");
  }
  return false;
}

// ---- typed, pasted, or from a scanner that types
$("scan-form").addEventListener("submit", (e) => {
  e.preventDefault();
  e.stopPropagation(); // the page's guard against double sending would hold the button
  rescan = null;
  judge(code.value);
});

// A scanner that types must not depend on where the cursor is.
document.addEventListener("keydown", (e) => {
  if (e.key.length !== 1 || e.ctrlKey || e.metaKey || e.altKey || e.isComposing || e.key === " ") return;
  if (e.target.matches?.("input, select, textarea") || $("settings").open) return;
  rescan = null;
  if (!verdict.hidden) goOn();
  code.focus();
});

// ---- the camera
let scanner = null;
let wanted = false;

function say(text) {
  const p = $("scanner-say");
  p.textContent = text;
  p.hidden = !text;
  $("scanner").classList.toggle("on", Boolean(scanner || text));
}

async function openCamera() {
  wanted = true;
  rescan = null;
  $("start").disabled = true;
  say("正在打开摄像头……");
  try {
    const scan = await import("./scan.js"); // 1 MB with its wasm: the form works while it comes
    scanner = await scan.startScanner({ video, deviceId: kept.camera || undefined, onText: judge, onError: lost });
    if (scanner) await opened(scan);
  } catch {
    lost("扫码程序没有装好，请检查网络后再点“打开摄像头”；现在可以手工输入券码。");
  }
  $("start").disabled = false;
}

async function opened(scan) {
  say("");
  $("start").hidden = true;
  $("stop").hidden = false;
  $("torch").hidden = !scanner.torch;
  $("torch").setAttribute("aria-pressed", "false");
  stayAwake();
  const cameras = await scan.listCameras();
  const select = document.getElementById("set-camera");
  select.replaceChildren(...cameras.map((c) => new Option(c.label, c.deviceId, false, c.deviceId === scanner?.deviceId)));
  $("cameras").hidden = cameras.length < 2;
}

// lost tells a fault; a fault of one frame leaves the camera open.
function lost(sentence) {
  say(sentence);
  if (video.srcObject) return;
  kept.camera = ""; // the chosen one may be gone: the next try takes any
  closed();
}

function closed() {
  scanner = null;
  say($("scanner-say").textContent);
  $("start").hidden = false;
  $("stop").hidden = $("torch").hidden = true;
  awake?.release().catch(() => {});
}

async function closeCamera() {
  (await import("./scan.js")).stop();
  closed();
}

$("start").addEventListener("click", openCamera);
$("stop").addEventListener("click", () => {
  wanted = false;
  say("");
  closeCamera();
});
$("torch").addEventListener("click", async (e) => {
  const on = e.currentTarget.getAttribute("aria-pressed") !== "true";
  await scanner?.setTorch(on).catch(() => {});
  e.target.setAttribute("aria-pressed", String(on));
  e.target.textContent = on ? "关灯" : "开灯";
});

// ---- WeChat's own scanner, where the page is opened in WeChat
let rescan = null; // opens it for the next visitor, as long as it is the one in use
const inWeChat = offerWeChat({
  box: $("wechat"),
  camera: $("start"),
  before: () => ((wanted = false), scanner && closeCamera()), // two programs cannot have it
  onText: async (text) => ((rescan = await inWeChat), judge(text)),
  onEnd: () => (rescan = null),
});

let awake = null;
async function stayAwake() {
  try {
    awake = await navigator.wakeLock?.request("screen");
  } catch {
    // Low battery: the screen may sleep, and scanning still works.
  }
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    if (scanner) closeCamera();
    return;
  }
  if (wanted && !scanner) openCamera();
  today();
});

// ---- counts and last scans
async function today() {
  try {
    const res = await fetch("/gate/today?spot=" + encodeURIComponent(kept.spot), { signal: AbortSignal.timeout?.(PATIENCE) });
    if (!res.ok || res.redirected) return;
    $("today").innerHTML = await res.text(); // our own page's piece, escaped by the server
    setClock($("today").firstElementChild?.dataset.clock);
  } catch {
    // Without a line the old counts stay; the next scan says what is wrong.
  }
}
setInterval(() => document.hidden || busy || today(), 60000);

$("today").addEventListener("submit", async (e) => {
  e.preventDefault();
  e.stopPropagation();
  await undo(new FormData(e.target).get("scan"));
});

// ---- settings
function showPlace() {
  const spot = document.getElementById("set-spot");
  spot.value = kept.spot;
  document.querySelector(".gate-place h1").textContent = spot.selectedOptions[0].textContent;
  $("lane").textContent = kept.lane || "未填检票口";
}

$("open-settings").addEventListener("click", () => {
  document.getElementById("set-lane").value = kept.lane;
  document.getElementById("set-next").checked = kept.next;
  document.getElementById("set-sound").checked = kept.sound;
  $("settings").showModal();
});

$("settings").addEventListener("close", () => {
  const camera = document.getElementById("set-camera").value;
  const other = camera && scanner && camera !== scanner.deviceId;
  if (other) kept.camera = camera;
  kept.spot = document.getElementById("set-spot").value;
  kept.lane = document.getElementById("set-lane").value.trim();
  kept.next = document.getElementById("set-next").checked;
  kept.sound = document.getElementById("set-sound").checked;
  keep();
  showPlace();
  today();
  if (other) openCamera();
});

for (const event of ["pointerdown", "keydown"]) document.addEventListener(event, unlock, { once: true });
for (const name of ["open-settings", "scanner", "start"]) $(name).hidden = false;
showPlace();
if (kept.spot !== gate.dataset.spot) today();
ready();
