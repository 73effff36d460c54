// The bar of alarms as it is heard and spoken: whatever stands in it unanswered sounds, and is read out once each time it asks.
import { Sound } from "./sound.js";

const bar = () => document.querySelector("[data-live=alarms]");
const bell = document.querySelector("[data-sound]");
const urgent = document.querySelector("[data-urgent]");
const polite = document.querySelector("[data-polite]");
const POLITE_MS = 10_000;
const sound = new Sound();
const spoken = new Set();
let politeAt = -Infinity;

const MOST_SAID = 20;
const spokenOf = (text) => Object.assign(document.createElement("p"), { textContent: text });

export const say = (text) => {
  urgent?.append(spokenOf(text));
  if (urgent?.childElementCount > MOST_SAID) urgent.firstElementChild.remove();
};

// At most every ten seconds. Of what is told meanwhile the last of each kind is said when they are over.
const waiting = new Map();
let politeTimer = 0;

const speak = () => {
  politeTimer = 0;
  politeAt = Date.now();
  polite.replaceChildren(...[...waiting.values()].map(spokenOf));
  waiting.clear();
};

export const sayPolitely = (text, kind = "") => {
  if (!polite) return;
  waiting.set(kind, text);
  politeTimer ||= setTimeout(speak, Math.max(0, politeAt + POLITE_MS - Date.now()));
};

export const look = () => {
  const asking = [...(bar()?.querySelectorAll("[data-alarm][data-tone]") ?? [])];
  const ids = new Set(asking.map(({ dataset }) => dataset.alarm));
  for (const id of spoken) if (!ids.has(id)) spoken.delete(id); // answered: asking anew it is read out anew
  for (const one of asking) {
    if (one.dataset.tone !== "critical" || spoken.has(one.dataset.alarm)) continue;
    spoken.add(one.dataset.alarm);
    say(one.dataset.words);
  }
  sound.ask(asking.map(({ dataset }) => ({ id: dataset.alarm, tone: dataset.tone })));
};

const show = () => {
  bell.dataset.sound = sound.state;
  bell.setAttribute("aria-pressed", String(sound.state === "on"));
  for (const one of bell.querySelectorAll("[data-when]")) one.hidden = one.dataset.when !== sound.state;
  const more = bell.querySelector("[data-waiting]");
  more.hidden = !sound.waiting;
  more.textContent = `+${sound.waiting}`;
};

if (bell) {
  bell.addEventListener("click", () => sound.toggle());
  sound.addEventListener("state", show);
  setInterval(() => sound.tick(), 1_000);
  show();
  window.zhixingSound = sound; // for tests, which cannot hear
}
look();

document.addEventListener("keydown", (event) => {
  if (document.activeElement?.closest(".rw")) return; // a review in focus is ratified
  if (event.key !== "a" || event.target.matches("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  const field = bar()?.querySelector("[data-alarm][data-tone] input[name=said]");
  if (field) { field.focus(); event.preventDefault(); }
});
