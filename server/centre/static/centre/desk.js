// Keyboard of the desk: j k move through the cases and to "more", Enter opens, / finds, w wants the first missing file
// now; a letter written on a button of the case follows it. Everything works without it.
const stops = [...document.querySelectorAll(".it, [data-more]")];
const current = Math.max(0, stops.findIndex((stop) => stop.hasAttribute("aria-current")));

const beTheOneTabStop = (chosen) => {
  for (const stop of stops) if (!stop.matches("[data-more]")) stop.tabIndex = stop === chosen ? 0 : -1;
};
beTheOneTabStop(stops[current]);

const move = (step) => {
  const focused = stops.indexOf(document.activeElement);
  const from = focused < 0 ? current - step : focused;
  const next = stops[Math.max(0, Math.min(stops.length - 1, from + step))];
  if (!next) return;
  if (!next.matches("[data-more]")) beTheOneTabStop(next);
  next.focus();
};

const focusedLimit = () => {
  const { cause, caseId, level } = document.activeElement?.closest("[data-cause][data-case-id]")?.dataset ?? {};
  return cause && document.querySelector("[data-keeps]") ? new URLSearchParams({ cause, case: caseId, level }) : null;
};

// m mutes the alarm that has the focus, else the case that is open.
const mute = () => {
  const given = focusedLimit();
  if (given) location.assign(`/centre/mutes?${given}`);
  else if (document.querySelector("[data-keeps]")) document.querySelector("[data-mute]")?.click();
};

// a acknowledges the limit that has the focus; while somebody in the field asks for an answer, it is his (alarms.js).
const acknowledge = () => {
  const given = focusedLimit();
  if (given && !document.querySelector("[data-live=alarms] [data-tone] input")) location.assign(`/centre/limits?${given}`);
};

document.addEventListener("keydown", (event) => {
  if (event.target.matches("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return; // it has keys of its own
  if (event.key === "j" || event.key === "k") { move(event.key === "j" ? 1 : -1); event.preventDefault(); }
  if (event.key === "m") mute();
  if (event.key === "a") acknowledge();
  document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.click();
  if (event.key === "w") document.querySelector("[data-want]")?.click();
  if (event.key === "/") { document.querySelector("[data-find]")?.focus(); event.preventDefault(); }
});
