// Moves the page by the feed. The server renders; this only asks it again for the panes that concern what moved.
import { look, sayPolitely } from "./alarms.js";
import { Feed, STALE_AFTER_MS } from "./feed.js";

const root = document.documentElement;
const PANES = ["strip", "alarms", "case", "side", "steps", "papers", "results", "clocks", "log"];
const PAUSE_MS = 400;
const PAUSE_FOR_OTHERS_MS = 5_000; // the counters, when only other cases moved
const FIRST_LOOK_MS = 500;
const MOST_LOOKS = 8;
let fresh = 0;
let timer = 0;
let due = 0;
let isAsking = false;

// The case or the errand of this page; a list of errands is of all of them.
const shownSubject = () => {
  const { case: one, matter } = document.querySelector("[data-case], [data-matter]")?.dataset ?? {};
  return one ?? matter;
};
const subjectsOf = (entry) => [entry.subject?.id, ...(entry.action?.cases ?? entry.cases ?? []), ...(entry.action?.matters ?? [])];
const isListed = (entry) => entry.matter && document.querySelector("[data-matters]");
const concerns = (entry) => isListed(entry) || subjectsOf(entry).includes(shownSubject());

const showState = (state) => {
  root.dataset.link = state;
  for (const mark of document.querySelectorAll("[data-link-state]")) mark.hidden = mark.dataset.linkState !== state;
  const banner = document.querySelector("[data-banner]");
  if (!banner) return;
  banner.hidden = !isOld(state);
  for (const text of banner.querySelectorAll("[data-says]")) text.hidden = text.dataset.says !== state;
  holdWriting();
};

// What was not heard cannot be answered: nothing is sent from a picture that is old.
const isOld = (state) => ["stale", "revoked"].includes(state);
const holdWriting = () => {
  const writes = document.querySelectorAll("main form[method=post] button, aside form[method=post] button, [data-writes] button");
  for (const button of writes) button.disabled = isOld(root.dataset.link);
};

const showAge = (feed) => {
  const tries = document.querySelector("[data-tries]");
  if (tries) tries.textContent = feed.failures ? tries.dataset.text.replace("#", feed.failures) : "";
  const place = document.querySelector("[data-banner]:not([hidden]) [data-age]");
  if (place) place.textContent = new Intl.RelativeTimeFormat(root.lang).format(-Math.round(feed.age / 1000), "second");
};

const showAsOf = (time) => {
  const clock = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", hour12: false, timeStyle: "medium" });
  for (const place of document.querySelectorAll("[data-as-of] time")) {
    place.textContent = clock.format(new Date(time));
    place.dateTime = time;
  }
};

const showFresh = () => {
  const button = document.querySelector("[data-fresh]");
  if (!button) return;
  button.hidden = fresh === 0;
  button.querySelector("[data-count]").textContent = String(fresh);
};

// Focus never moves: what had it in the old pane has it in the new one, known by its address or id, else by its place.
const FOCUSABLE = "a, button, summary, [tabindex]";
const nameOf = (one) => one.getAttribute("href") ?? one.id;
const focusIn = (pane) => {
  const held = document.activeElement;
  if (!pane.contains(held) || held === pane) return () => {};
  const name = nameOf(held);
  const place = [...pane.querySelectorAll("[tabindex]")].indexOf(held);
  return () => {
    const same = [...pane.querySelectorAll(FOCUSABLE)].find((one) => name && nameOf(one) === name);
    (same ?? pane.querySelectorAll("[tabindex]")[place])?.focus({ preventScroll: true });
  };
};

// What somebody is writing is not taken from under him: on an errand's page such a part waits until it is sent.
const isBeingWritten = (pane) => Boolean(pane.closest("[data-matter]")) && [...pane.querySelectorAll("textarea, input")]
  .some((field) => field === document.activeElement || field.value !== field.defaultValue || field.checked !== field.defaultChecked);

const swap = (page) => {
  for (const name of PANES) {
    const [old, next] = [document, page].map((place) => place.querySelector(`[data-live="${name}"]`));
    if (!old || !next || isBeingWritten(old)) continue;
    const scrolls = [...old.querySelectorAll(".scroll")].map((one) => one.scrollTop);
    const opened = new Set([...old.querySelectorAll("details[open]")].map((one) => one.id));
    const ticked = new Set([...old.querySelectorAll("[name=id]:checked")].map((one) => one.value));
    const giveBack = focusIn(old);
    old.replaceChildren(...next.childNodes);
    for (const one of old.querySelectorAll("details[id]")) one.open = opened.has(one.id);
    for (const one of old.querySelectorAll("[name=id]")) one.checked ||= ticked.has(one.value);
    [...old.querySelectorAll(".scroll")].forEach((one, index) => { one.scrollTop = scrolls[index] ?? 0; });
    giveBack();
  }
  holdWriting();
  look();
};

const refresh = async () => {
  timer = 0;
  if (isAsking) { later(); return; }
  isAsking = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (answer.ok && !answer.redirected) swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch { // the feed itself tells that the link is gone
  } finally {
    isAsking = false;
    lookForPreviews();
  }
};
const later = (pause = PAUSE_MS) => {
  const at = Date.now() + pause;
  if (timer && due <= at) return;
  clearTimeout(timer);
  due = at;
  timer = setTimeout(refresh, pause);
};

// A preview is drawn after its photo was proved, and no entry tells of it: ask the page again, ever more slowly.
let looks = 0;
const lookForPreviews = () => {
  if (!document.querySelector("[data-being-drawn]")) { looks = 0; return; }
  if (looks >= MOST_LOOKS) return;
  later(FIRST_LOOK_MS * 2 ** looks);
  looks += 1;
};

// A form that stays: sent behind the page, which then shows what became of it. Without this script it is a plain form.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-stay]");
  if (!form) return;
  event.preventDefault();
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
    if (answer.type !== "opaqueredirect") throw new Error("refused");
    sayPolitely(document.querySelector("[data-receipt]")?.dataset.receipt ?? "");
    later(0);
  } catch { form.submit(); }
});

const start = (streams) => {
  const address = new URL("/ws/v1/live", location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const feed = new Feed(address.href, streams, {
    staleAfterMs: () => Number(root.dataset.staleAfterMs) || STALE_AFTER_MS,
    memory: localStorage,
  });
  feed.addEventListener("state", ({ state }) => showState(state));
  setInterval(() => showAge(feed), 1000);
  feed.addEventListener("beat", ({ serverTime }) => showAsOf(serverTime));
  feed.addEventListener("reset", ({ reason }) => { if (reason !== "rights") location.reload(); });
  feed.addEventListener("entries", ({ entries }) => {
    showAsOf(entries.at(-1).at);
    looks = 0;
    const others = entries.filter((entry) => !entry.alarm && !concerns(entry)).length;
    fresh += others;
    showFresh();
    if (others) sayPolitely(document.querySelector("[data-fresh]")?.innerText ?? "");
    later(others < entries.length ? PAUSE_MS : PAUSE_FOR_OTHERS_MS);
  });
  document.querySelector("[data-fresh]")?.addEventListener("click", () => location.reload());
  document.querySelector("[data-retry]")?.addEventListener("click", () => feed.hurry());
  document.addEventListener("keydown", (event) => {
    if (event.key === "." && fresh && !event.target.matches("input, textarea")) location.reload();
  });
  window.addEventListener("pagehide", () => feed.stop());
  window.zhixingFeed = feed; // for the console, and for tests that cut it
  feed.start();
};

const streams = JSON.parse(document.getElementById("streams")?.textContent ?? "[]");
if (streams.length) start(streams);
lookForPreviews();
