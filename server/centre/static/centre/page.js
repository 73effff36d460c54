// Moves the page by the feed. The server renders; this only asks it again for the panes that concern what moved.
import { look, sayPolitely } from "./alarms.js";
import { serverNow } from "./clocks.js";
import { Feed, STALE_AFTER_MS } from "./feed.js";
import { cover, swap } from "./panes.js";

const root = document.documentElement;
const PAUSE_MS = 400;
const PAUSE_FOR_OTHERS_MS = 5_000; // the counters, when only other cases moved
const EVERY_MS = 60_000; // levels and silence move by the clock alone, and what tells of them may stand still
const AGAIN_MS = 2_000;
const FIRST_LOOK_MS = 500;
const MOST_LOOKS = 8;
let fresh = 0;
let timer = 0;
let due = 0;
let isAsking = false;

// The case, errand or delegation of this page; a list of them is of all of them.
const shownSubject = () => {
  const shown = document.querySelector("[data-case], [data-matter], [data-delegation]")?.dataset ?? {};
  return shown.case ?? shown.matter ?? shown.delegation;
};
const subjectsOf = (entry) => [entry.subject?.id, ...(entry.action?.cases ?? entry.cases ?? []), ...(entry.action?.matters ?? [])];
const isListed = (entry) => (entry.matter && document.querySelector("[data-matters]"))
  || (entry.delegation && document.querySelector("[data-delegations]"));
const concerns = (entry) => isListed(entry) || subjectsOf(entry).includes(shownSubject());

const showState = (state) => {
  root.dataset.link = state;
  if (state === "revoked") { cover(); look(); return; }
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

const show = (page) => {
  const turned = swap(page);
  holdWriting();
  look();
  if (turned.length) sayPolitely(turned.join(" · "), "turned");
  waitForTurn();
};

// None where it may not be had now: the feed itself tells that the link is gone.
const pageOfNow = async () => {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    return answer.ok && !answer.redirected ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  } catch { return null; }
};

const refresh = async () => {
  timer = 0;
  if (isAsking) { later(); return; }
  isAsking = true;
  const page = await pageOfNow();
  isAsking = false;
  if (page) show(page);
  lookForPreviews();
};
const later = (pause = PAUSE_MS) => {
  const at = Date.now() + pause;
  if (timer && due <= at) return;
  clearTimeout(timer);
  due = at;
  timer = setTimeout(refresh, pause);
};

// Somebody's time passes at a moment that is known: looked at just after it, whether or not anything tells of it.
let turning = 0;
const waitForTurn = () => {
  clearTimeout(turning);
  const at = document.querySelector("[data-turns]")?.dateTime;
  if (at) turning = setTimeout(refresh, Math.max(0, Date.parse(at) - serverNow()));
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

const placesOn = (page) => JSON.parse(page.getElementById("streams")?.textContent ?? "[]");

// Too far behind to be told everything: the page is asked once, and followed from where it stands.
const beginAnew = async (feed, stream, position) => {
  const page = await pageOfNow();
  const place = page && placesOn(page).find((one) => one.stream === stream);
  if (!place) { setTimeout(() => beginAnew(feed, stream, position), AGAIN_MS); return; }
  told(Math.max(0, place.position - position));
  show(page);
  feed.follow(place);
};

// Another life of the numbering, or a court less to watch: what is shown may not be so, or not be his to see.
const reset = (feed, { stream, reason, position }) => {
  if (reason === "gap") beginAnew(feed, stream, position);
  else if (reason !== "rights" || feed.places.size) location.reload();
};

const told = (others) => {
  fresh += others;
  showFresh();
  if (others) sayPolitely(document.querySelector("[data-fresh]")?.innerText ?? "");
};

const hear = (entries) => {
  showAsOf(entries.at(-1).at);
  looks = 0;
  const others = entries.filter((entry) => !entry.alarm && !concerns(entry)).length;
  told(others);
  later(others < entries.length ? PAUSE_MS : PAUSE_FOR_OTHERS_MS);
};

const start = (places) => {
  const address = new URL("/ws/v1/live", location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const feed = new Feed(address.href, places, {
    staleAfterMs: () => Number(root.dataset.staleAfterMs) || STALE_AFTER_MS,
    memory: localStorage,
  });
  feed.addEventListener("state", ({ state }) => showState(state));
  setInterval(() => showAge(feed), 1000);
  setInterval(() => later(), EVERY_MS);
  feed.addEventListener("beat", ({ serverTime }) => showAsOf(serverTime));
  feed.addEventListener("reset", (event) => reset(feed, event));
  feed.addEventListener("entries", ({ entries }) => hear(entries));
  document.querySelector("[data-fresh]")?.addEventListener("click", () => location.reload());
  document.querySelector("[data-retry]")?.addEventListener("click", () => feed.hurry());
  document.addEventListener("keydown", (event) => {
    if (event.key === "." && fresh && !event.target.matches("input, textarea")) location.reload();
  });
  window.addEventListener("pagehide", () => feed.stop());
  window.zhixingFeed = feed; // for the console, and for tests that cut it
  feed.start();
  waitForTurn();
};

const streams = placesOn(document);
if (streams.length) start(streams);
lookForPreviews();
