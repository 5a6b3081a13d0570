// The gate's three sounds, made by the page itself: no file to fetch, nothing to license.
// They differ in number and pitch, so that they are told apart in noise and by a person who hears high tones badly.
const tunes = {
  ok: [[660, 0, 0.11], [990, 0.12, 0.2]], // up: go
  warn: [[520, 0, 0.16], [520, 0.24, 0.16]], // twice the same: look
  refuse: [[240, 0, 0.22], [180, 0.26, 0.4]], // down and low: stop
};
const shakes = { ok: [60], warn: [90, 80, 90], refuse: [320] };
const of = { partial: "ok", check: "warn", refused: "refuse" };

let ctx = null;

// Before the first touch a browser refuses both and writes a complaint into the console at every try.
const touched = () => navigator.userActivation?.hasBeenActive ?? true;

/** Call it once in a tap: browsers keep sound silent until the person has touched the page. */
export function unlock() {
  const Context = window.AudioContext ?? window.webkitAudioContext;
  if (!ctx && Context && touched()) ctx = new Context();
  if (ctx?.state === "suspended") ctx.resume().catch(() => {});
}

/** Plays "ok", "warn" or "refuse"; the gate's verdicts (ok, partial, check, refused) are understood too. Never throws. */
export function play(kind) {
  const name = of[kind] ?? kind;
  if (touched()) navigator.vibrate?.(shakes[name] ?? []);
  if (ctx?.state !== "running" || !tunes[name]) return;
  for (const [pitch, at, length] of tunes[name]) tone(pitch, ctx.currentTime + at, length, name === "refuse" ? "square" : "sine");
}

function tone(pitch, at, length, shape) {
  const source = ctx.createOscillator();
  const volume = ctx.createGain();
  source.type = shape;
  source.frequency.value = pitch;
  // Ramps, not steps: a sudden start or end clicks in a loudspeaker.
  volume.gain.setValueAtTime(0.0001, at);
  volume.gain.exponentialRampToValueAtTime(shape === "square" ? 0.22 : 0.5, at + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + length);
  source.connect(volume).connect(ctx.destination);
  source.start(at);
  source.stop(at + length + 0.02);
}
