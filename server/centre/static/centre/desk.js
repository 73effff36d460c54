// Keyboard of the desk: j k move through the cases and to "more", Enter opens, / finds, w wants the first missing file
// now. Everything works without it.
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

// m mutes the alarm that has the focus, else the case that is open.
const mute = () => {
  const alarm = document.activeElement?.closest("[data-cause][data-case-id]");
  const given = alarm && { cause: alarm.dataset.cause, case: alarm.dataset.caseId, level: alarm.dataset.level };
  const link = document.querySelector("[data-mute]");
  if (!document.querySelector("[data-keeps]")) return;
  if (given) location.assign(`/centre/mutes?${new URLSearchParams(given)}`);
  else link?.click();
};

document.addEventListener("keydown", (event) => {
  if (event.target.matches("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "j" || event.key === "k") { move(event.key === "j" ? 1 : -1); event.preventDefault(); }
  if (event.key === "m") mute();
  if (event.key === "w") document.querySelector("[data-want]")?.click();
  if (event.key === "/") { document.querySelector("[data-find]")?.focus(); event.preventDefault(); }
});
