// Keyboard of the desk: j k move, Enter opens, / finds. Everything works without it.
const rows = [...document.querySelectorAll(".it")];
const current = Math.max(0, rows.findIndex((row) => row.hasAttribute("aria-current")));
rows.forEach((row, index) => { row.tabIndex = index === current ? 0 : -1; });

const move = (step) => {
  const focused = rows.indexOf(document.activeElement);
  const from = focused < 0 ? current - step : focused;
  const next = rows[Math.max(0, Math.min(rows.length - 1, from + step))];
  if (!next) return;
  rows.forEach((row) => { row.tabIndex = -1; });
  next.tabIndex = 0;
  next.focus();
};

document.addEventListener("keydown", (event) => {
  if (event.target.matches("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "j" || event.key === "k") { move(event.key === "j" ? 1 : -1); event.preventDefault(); }
  if (event.key === "/") { document.querySelector("[data-find]")?.focus(); event.preventDefault(); }
});
