// A wall: nobody touches it, so it looks after itself. It follows its courts, asks the server for its panes again, says
// when what it shows is old, and reloads itself every night and whenever its clock or its link stood still.
import { STALE_AFTER_MS } from "./feed.js";
import { Following } from "./following.js";
import { cover } from "./panes.js";
import { snapshotOf } from "./snapshots.js";

const root = document.documentElement;
const PAUSE_MS = 1_000;
const EVERY_MS = 60_000; // levels and heartbeats move by the clock alone
const SILENT_MS = 120_000;
const STALLED_MS = 120_000;
const NIGHT_HOUR = 4;
const JITTER_MS = 20 * 60_000;
const NIGHT_AGAIN_MS = 10 * 60_000;
const NOTE_MS = 10 * 60_000;
const REASON = "zhixing.wall.reloaded";
const zone = { timeZone: "Asia/Shanghai" };
const clock = new Intl.DateTimeFormat("zh-CN", { ...zone, hour12: false, timeStyle: "medium" });
const dayOf = new Intl.DateTimeFormat(root.lang, { ...zone, month: "short", day: "numeric", weekday: "short" });
const isoDay = new Intl.DateTimeFormat("sv-SE", zone);
const hourOf = new Intl.DateTimeFormat("en-GB", { ...zone, hour: "2-digit", minute: "2-digit" });

let ahead = 0; // of the server's clock before this machine's
const now = () => Date.now() + ahead;
const all = (selector) => document.querySelectorAll(selector);

// ---- time
const two = (number) => String(number).padStart(2, "0");
const dayWord = root.lang.startsWith("zh") ? "天 " : "d ";
export const span = (seconds) => {
  const s = Math.max(0, Math.floor(seconds));
  const days = Math.floor(s / 86_400);
  return `${days ? days + dayWord : ""}${two(Math.floor(s / 3600) % 24)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
};
const tick = () => {
  const at = now();
  for (const one of all("[data-from]")) one.textContent = span((at - Date.parse(one.dataset.from)) / 1000);
  for (const one of all("[data-until]")) one.textContent = span((Date.parse(one.dataset.until) - at) / 1000);
  for (const one of all("[data-clock]")) one.textContent = clock.format(at);
  for (const one of all("[data-day]")) one.textContent = dayOf.format(at);
};
const setClock = (time) => {
  ahead = Date.parse(time) - Date.now();
  for (const one of all("[data-as-of] time")) Object.assign(one, { textContent: clock.format(new Date(time)), dateTime: time });
};

// ---- what the store counts by itself
const sums = {
  cases: (store) => store.sum("cases", () => true),
  "nodes-done": (store) => store.sum("nodes", (node) => node.state === "DONE" && node.finished_on === isoDay.format(now())),
};
const count = (store) => {
  for (const one of all("[data-sum]")) one.textContent = String(sums[one.dataset.sum](store));
};

// ---- panes
let following;
let isAsking = false;
let timer = 0;
const swap = (page) => {
  for (const pane of all("[data-live]")) {
    const fresh = page.querySelector(`[data-live="${pane.dataset.live}"]`);
    if (fresh) pane.replaceChildren(...fresh.childNodes);
  }
};
const refresh = async () => {
  timer = 0;
  if (isAsking) { later(); return; }
  isAsking = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (answer.ok && !answer.redirected) swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
    tick();
    if (following.store.streams.length) count(following.store);
  } catch { // the link says so itself
  } finally {
    isAsking = false;
  }
};
const later = () => { timer ||= setTimeout(refresh, PAUSE_MS); };

// ---- the link
const show = (state) => {
  root.dataset.link = state;
  if (state === "revoked") { cover(); reload("rights"); return; } // it may show others still: the server knows
  for (const mark of all("[data-link-state]")) mark.hidden = mark.dataset.linkState !== state;
  const isOld = state === "stale";
  document.querySelector("[data-wall]").classList.toggle("is-stale", isOld);
  document.querySelector("[data-banner]").hidden = !isOld;
};
const showAge = () => {
  if (following.state !== "stale") return;
  const heard = document.querySelector("[data-as-of] time");
  document.querySelector("[data-frozen]").textContent = heard.textContent;
  document.querySelector("[data-age]").textContent = span(following.age / 1000);
  const tries = document.querySelector("[data-tries]");
  tries.textContent = following.attempts ? tries.dataset.text.replace("#", following.attempts) : "";
};

// ---- looking after itself. A page that cannot be had would be worse than an old one: asked for first.
let isReloading = false;
const lastReload = () => JSON.parse(sessionStorage.getItem(REASON) ?? "{}");
const reload = async (reason) => {
  if (isReloading) return;
  if (reason === "rights" && lastReload().reason === reason && Date.now() - lastReload().at < NOTE_MS) return;
  isReloading = true;
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    sessionStorage.setItem(REASON, JSON.stringify({ reason, at: Date.now() }));
    location.reload();
  } catch {
    isReloading = false;
  }
};
const tellWhy = () => {
  const note = document.querySelector("[data-note]");
  const { reason, at } = lastReload();
  if (!reason || Date.now() - at > NOTE_MS) return;
  note.textContent = `${note.dataset[reason]} ${clock.format(at)}`;
  note.hidden = false;
  setTimeout(() => { note.hidden = true; }, NOTE_MS);
};
const untilNight = () => {
  const [hour, minute] = hourOf.format(now()).split(":").map(Number);
  const minutes = (NIGHT_HOUR * 60 - hour * 60 - minute + 24 * 60) % (24 * 60) || 24 * 60;
  return minutes * 60_000 + Math.random() * JITTER_MS;
};
const watch = () => {
  let last = Date.now();
  setInterval(() => {
    const pause = Date.now() - last;
    last = Date.now();
    tick();
    showAge();
    if (pause > STALLED_MS) reload("stalled");
    else if (following.state !== "revoked" && following.age > SILENT_MS) reload("silent");
  }, 1000);
  setInterval(later, EVERY_MS);
  const night = async () => { await reload("night"); setTimeout(night, NIGHT_AGAIN_MS); };
  setTimeout(night, untilNight());
};

const stayAwake = () => {
  if (document.visibilityState === "visible") navigator.wakeLock?.request("screen").catch(() => {}); // where it may not, it dims
};

const start = (places) => {
  const address = new URL("/ws/v1/live", location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  following = new Following(address.href, places.map(({ stream }) => stream), {
    snapshot: snapshotOf,
    staleAfterMs: () => Number(root.dataset.staleAfterMs) || STALE_AFTER_MS,
    memory: localStorage,
  });
  following.addEventListener("state", ({ state }) => show(state));
  following.addEventListener("beat", ({ serverTime }) => setClock(serverTime));
  following.addEventListener("moved", () => { requestAnimationFrame(() => count(following.store)); later(); });
  window.addEventListener("pagehide", () => following.stop());
  window.zhixingFollowing = following; // for the console, and for tests that cut it
  watch();
  following.start();
};

setClock(root.dataset.now);
tick();
tellWhy();
stayAwake();
document.addEventListener("visibilitychange", stayAwake);
start(JSON.parse(document.getElementById("wall-streams").textContent));
