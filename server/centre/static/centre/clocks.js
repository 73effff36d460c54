// Time in state goes on to the second: whatever says since when. One timer; hidden pages rest.
const DAY_S = 86400;
const two = (number) => String(number).padStart(2, "0");
const unit = document.documentElement.lang === "en" ? " d " : " 天 ";

export const words = (seconds) => {
  const days = Math.floor(seconds / DAY_S), rest = seconds % DAY_S;
  const clock = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60].map(two).join(":");
  return days ? days + unit + clock : clock;
};

// The server's clock, not the desk's: what it said when the page was made, and what has passed here since.
const said = Date.parse(document.documentElement.dataset.now), begun = performance.now();
export const serverNow = () => said + performance.now() - begun;

const tick = () => {
  if (document.hidden || document.documentElement.dataset.link === "stale") return;
  const at = serverNow();
  for (const one of document.querySelectorAll("time[data-since]")) {
    const text = words(Math.max(0, Math.floor((at - Date.parse(one.dataset.since)) / 1000)));
    if (one.textContent !== text) one.textContent = text;
  }
};

setInterval(tick, 1000); // also where none is yet: an alarm brings one
