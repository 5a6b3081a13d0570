// WeChat's own scanner for a page that is opened inside WeChat: quicker than a page's camera, and on many phones the only
// one that works there. No script of the platform is loaded: we speak to the bridge that WeChat puts into every page.
//
// From the platform's documents (JS-SDK说明文档): the signature covers the page's whole address without '#…'; the domain
// must be among the account's “JS接口安全域名”; needResult 1 gives the text to the page, in resultStr.
// From the platform's published jweixin-1.0.0.js: the bridge's name, its ready event, preVerifyJSAPI and its fields (all
// text, sent again with every call), the err_msg forms, that a client without preVerifyJSAPI needs none, and that an iPhone
// gives resultStr as JSON.
// Only from others' practice: bar codes come as “CODE_128,text”; an iPhone checks the address on which the page was entered,
// Android the present one (no matter here: every page of ours is loaded whole); the right is sometimes forgotten while a
// page stays open; the desktop clients and 企业微信 carry the same name and have no such right; the bridge of some clients calls
// out through a hidden frame of the scheme weixin:, so that a Content-Security-Policy without “frame-src weixin:” makes it mute.
// All of it is tested against a stand-in for the bridge, not on phones: so every step may fail, and says so.

const PATIENCE = 6000; // ms for the signature, for the bridge and for the check
const page = location.href.split("#")[0];

const inside = () => /MicroMessenger/i.test(navigator.userAgent) && !/wxwork|WindowsWechat|MacWechat/i.test(navigator.userAgent);
const ELSE = "请点“打开摄像头”，或输入券码。";

let right = null; // promise of the signature that WeChat took for this page

/**
 * Shows the button in box, where WeChat can scan for this site. before() is called ahead of every scan, to let go of the
 * camera; onText(text) gets what was scanned; onEnd() is told when a scan gave nothing. camera is the button of the other
 * way: the main one again as soon as this one fails. Answers a function that opens the scanner, or null.
 */
export async function offerWeChat({ box, camera, before, onText, onEnd }) {
  if (!inside() || !(await set())) return null;
  const button = box.querySelector("button");
  let turn = 0; // an older scanner's answer is nobody's

  async function open() {
    const mine = ++turn;
    button.disabled = true;
    tell(box, "");
    // A client that never answers must not take the button away for good.
    const free = setTimeout(() => (button.disabled = false), PATIENCE);
    let [text, said] = ["", null];
    try {
      await before();
      text = await scan();
      if (!text) said = ["没有扫：您退出了微信扫一扫。要扫就再点一次。", ""];
    } catch (err) {
      said = [err.message, "warn"];
    }
    clearTimeout(free);
    if (mine !== turn) return;
    button.disabled = false;
    prefer(said?.[1] !== "warn", button, camera);
    if (text) return onText(text);
    tell(box, ...said);
    onEnd();
  }

  prefer(true, button, camera);
  button.addEventListener("click", open);
  box.hidden = false;
  return open;
}

// set finds out whether this site has an account that may scan, and gets the right in advance: the first tap is then as
// quick as the others. What fails here for another reason is tried again, and told, at the tap.
async function set() {
  try {
    const s = await signature();
    if (s) (right = permit(s)).catch(() => (right = null));
    return Boolean(s);
  } catch {
    return true;
  }
}

// signature gives what the server signed for this page, null where no account is set up for this address.
async function signature() {
  const res = await fetch("/callback/wechat/jssdk?url=" + encodeURIComponent(page), { signal: AbortSignal.timeout?.(PATIENCE) });
  if (res.status === 404 || res.status === 400) return null;
  if (!res.ok) throw new Error(String(res.status));
  const s = await res.json();
  const verifyTimestamp = String(s.timestamp); // an iPhone refuses a number
  return { appId: s.appId, verifyAppId: s.appId, verifySignType: "sha1", verifyTimestamp, verifyNonceStr: s.nonceStr, verifySignature: s.signature };
}

// permit lets WeChat check the signature; from then on the page may scan.
async function permit(s) {
  const { said } = await invoke("preVerifyJSAPI", { verifyJsApiList: ["scanQRCode"], ...s }, PATIENCE);
  if (said === "ok" || said === "function not exist") return s;
  throw new Error(`微信没有同意本站用扫一扫。${ELSE}请把这句告诉管理员：${said}`);
}

async function ask() {
  const s = await signature().catch(() => null);
  if (!s) throw new Error(`没有网络，或者微信正忙，扫一扫打不开。${ELSE}`);
  return permit(s);
}

// scan opens WeChat's scanner and gives the text, "" when the person closed it.
async function scan() {
  for (let fresh = !right; ; fresh = true) {
    right = right ?? ask();
    const s = await right.catch((err) => {
      right = null;
      throw err;
    });
    const { said, res } = await invoke("scanQRCode", { needResult: 1, scanType: ["qrCode", "barCode"], ...s });
    if (said === "ok") return read(res);
    if (said.includes("cancel")) return "";
    if (said === "function not exist") throw new Error(`这个微信太旧，打不开扫一扫。${ELSE}以后请更新微信。`);
    right = null; // it may have been forgotten: one that is new tells
    if (fresh || !/permission|denied|verif|signature/.test(said)) throw new Error(`微信扫一扫打不开。${ELSE}请把这句告诉管理员：${said}`);
  }
}

// read takes the text out of what the scanner gave.
function read(res) {
  let text = String(res.resultStr ?? "");
  if (text.startsWith("{")) {
    try {
      text = JSON.parse(text)?.scan_code?.scan_result ?? text;
    } catch {
      // Then it is the code's own text.
    }
  }
  text = String(text).replace(/^(?:[A-Z]+_[A-Z0-9]+|ITF|CODABAR),/, "");
  if (!text.trim()) throw new Error("没有扫到内容，请对准了再扫一次。");
  return text;
}

// invoke calls WeChat and gives its word, in the one form of all its versions, beside the whole answer.
async function invoke(name, args, patience = 0) {
  await bridge();
  return within(patience, (done) =>
    window.WeixinJSBridge.invoke(name, args, (res = {}) => {
      const word = String(res.errMsg ?? res.err_msg ?? "").replace(/^[^:]*:/, "").replace(/_/g, " ").toLowerCase();
      done({ said: word.replace(/^fail(?:ed)?[ ,]+/, "").trim().slice(0, 60) || "ok", res });
    }));
}

// bridge waits until WeChat has put its bridge into the page.
function bridge() {
  return within(PATIENCE, (done) => {
    if (window.WeixinJSBridge) done();
    else document.addEventListener("WeixinJSBridgeReady", done, { once: true });
  });
}

function within(ms, start) {
  return new Promise((resolve, reject) => {
    const dumb = () => reject(new Error(`微信没有回应，扫一扫打不开。${ELSE}`));
    if (ms) setTimeout(dumb, ms);
    try {
      start(resolve);
    } catch {
      dumb(); // a bridge that is broken says as little as none
    }
  });
}

// prefer makes one of the two ways the screen's main button.
function prefer(ours, button, camera) {
  button.classList.toggle("btn-primary", ours);
  camera.classList.toggle("btn-primary", !ours);
}

function tell(box, text, tone = "") {
  const notice = box.querySelector("[role=status]");
  notice.className = "notice " + tone;
  notice.hidden = !text;
  notice.firstElementChild.textContent = text;
}
