// Reads QR codes from the camera or from a picture, wholly inside the page.
// The decoder is vendored (vendor/zxing); its wasm comes from our own host, never from a CDN.
import { prepareZXingModule, readBarcodes } from "./vendor/zxing/reader/index.js";

const wasm = new URL("./vendor/zxing/zxing_reader.wasm", import.meta.url).href;
prepareZXingModule({ overrides: { locateFile: () => wasm } });

// Plain: the bytes as text. The default would rewrite control characters, and a hostile code could pass for a good one.
const options = { formats: ["QRCode"], maxNumberOfSymbols: 1, tryHarder: true, textMode: "Plain" };

const EVERY = 100; // ms between frames: about ten a second leaves an old phone time to breathe
const SAME = 2000; // ms in which the same text is one scan, not two
const WIDEST = 960; // px of the longer side of a frame; enough for 45 modules at arm's length
const PHOTO = 2000; // px of the longer side of a picture file

let current = null; // the one scanner that runs: { stream, timer, video, over, paused }

/** Loads the decoder before it is needed, so that the first scan is as quick as the second. */
export function warmUp() {
  return prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true });
}

/**
 * Opens a camera and reports every code it sees.
 * onText(text) is called once for a code held still; onError(sentence, error) when the camera cannot be had.
 * facing: "environment" (default) or "user"; deviceId, of listCameras, wins over facing.
 * Answers { torch, setTorch(on), deviceId, pause(), resume() }, or null if there is no camera or stop() came first.
 * After resume() a code that was held there all the while is not reported again: it is still the same scan.
 */
export async function startScanner({ video, canvas, onText, onError, facing = "environment", deviceId }) {
  stop();
  const me = (current = { stream: null, timer: 0, video, over: false, paused: false });
  try {
    if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("no camera here", "InsecureContext");
    const wanted = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: { ideal: facing } };
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { ...wanted, width: { ideal: 1280 }, height: { ideal: 720 } },
    });
    if (me.over) return close(stream), null; // stop() was called while the person was still asked
    me.stream = stream;
    video.muted = true;
    video.playsInline = true; // otherwise an iPhone plays it full screen, over the page
    video.srcObject = stream;
    await video.play();
  } catch (err) {
    if (me.over) return null; // the new scanner, or stop(), took the picture away: no fault
    stop();
    onError?.(sentence(err), err);
    return null;
  }
  watch(me, video, canvas ?? document.createElement("canvas"), onText, onError);
  return handle(me);
}

/** Closes the camera and switches its light off. May be called at any time, also twice. */
export function stop() {
  if (!current) return;
  const old = current;
  current = null;
  old.over = true;
  clearTimeout(old.timer);
  if (old.stream) close(old.stream);
  old.video.srcObject = null;
}

/** The cameras as [{ deviceId, label }]. Labels are empty until the person has allowed one. */
export async function listCameras() {
  const all = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
  return all
    .filter((d) => d.kind === "videoinput")
    .map((d, i) => ({ deviceId: d.deviceId, label: d.label || `摄像头 ${i + 1}` }));
}

/** The text of the QR code in a picture file, or "" if there is none or the file is no picture. */
export async function decodeImage(blob) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(blob);
  } catch {
    return "";
  }
  try {
    const canvas = document.createElement("canvas");
    return await read(pixels(canvas, bitmap, bitmap.width, bitmap.height, PHOTO));
  } finally {
    bitmap.close();
  }
}

function watch(me, video, canvas, onText, onError) {
  let last = "";
  let seenAt = 0;
  let broken = false;
  const look = async () => {
    if (me.over) return;
    const began = performance.now();
    try {
      if (me.paused) seenAt = began;
      else if (!document.hidden && video.readyState >= 2 && video.videoWidth) {
        const text = await read(pixels(canvas, video, video.videoWidth, video.videoHeight, WIDEST));
        if (me.over) return;
        const now = performance.now();
        // Time counts from the last sight: a code left before the camera is not scanned again every two seconds.
        if (text && !me.paused) {
          const fresh = text !== last || now - seenAt > SAME;
          [last, seenAt] = [text, now];
          if (fresh) report(onText, text);
        }
      }
      broken = false;
    } catch (err) {
      // One frame that cannot be read must not end the scanning; the sentence is said once, not ten times a second.
      if (!broken) onError?.("这一下没读出来，请再对准一次；一直不行就手工输入券码。", err);
      broken = true;
    }
    if (!me.over) me.timer = setTimeout(look, Math.max(20, EVERY - (performance.now() - began)));
  };
  look();
}

// A fault of the page in its own callback is the page's; it must show in the console, and the camera goes on.
function report(onText, text) {
  try {
    Promise.resolve(onText(text)).catch((err) => reportError(err));
  } catch (err) {
    reportError(err);
  }
}

function pixels(canvas, source, width, height, widest) {
  const scale = Math.min(1, widest / Math.max(width, height));
  const w = Math.max(1, Math.round(width * scale));
  const h = Math.max(1, Math.round(height * scale));
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  const ctx = canvas.getContext("2d", { willReadFrequently: true });
  ctx.drawImage(source, 0, 0, w, h);
  return ctx.getImageData(0, 0, w, h);
}

async function read(image) {
  const found = await readBarcodes(image, options);
  return found.find((r) => r.isValid && r.text)?.text ?? "";
}

function handle(me) {
  const track = me.stream.getVideoTracks()[0];
  const torch = Boolean(track.getCapabilities?.().torch); // Safari and most front cameras have none
  return {
    torch,
    deviceId: track.getSettings().deviceId ?? "",
    setTorch: async (on) => torch && track.applyConstraints({ advanced: [{ torch: on }] }),
    pause: () => (me.paused = true),
    resume: () => (me.paused = false),
  };
}

function close(stream) {
  for (const track of stream.getTracks()) track.stop();
}

const sentences = {
  NotAllowedError: "没有得到使用摄像头的许可。请在浏览器设置里允许摄像头，再点“打开摄像头”；也可以手工输入券码。",
  NotFoundError: "这台设备没有找到摄像头。请手工输入券码，或用证件号码查找。",
  NotReadableError: "摄像头正被别的程序占用。请关掉那个程序，再点“打开摄像头”。",
  OverconstrainedError: "选的摄像头用不了。请换一个摄像头。",
  InsecureContext: "这个地址不能用摄像头（需要 https 开头的地址）。请手工输入券码，或请管理员检查网址。",
};

function sentence(err) {
  return sentences[err?.name] ?? "摄像头打不开。请再试一次，或手工输入券码。";
}
