// Zoom and move of a drawn map, by its view box alone: + - 0 and arrows while it has the focus, the wheel with Ctrl, drag.
const STEP = 1.5, MOST = 40;

const wire = (figure) => {
  const svg = figure.querySelector("svg.map");
  const whole = svg.dataset.box.split(" ").map(Number);
  let box = [...whole];
  const marks = [...svg.querySelectorAll(".pin svg, .pin circle:not(.acc)")].map((one) => ({
    one, size: Number(one.getAttribute("width") ?? one.getAttribute("r")), x: Number(one.getAttribute("x")), y: Number(one.getAttribute("y")),
  }));

  const show = () => {
    const least = whole[2] / MOST, width = Math.min(whole[2], Math.max(least, box[2])), height = width * whole[3] / whole[2];
    const x = Math.min(whole[2] - width, Math.max(0, box[0])), y = Math.min(whole[3] - height, Math.max(0, box[1]));
    box = [x, y, width, height];
    svg.setAttribute("viewBox", box.map((one) => one.toFixed(2)).join(" "));
    const share = width / whole[2];
    for (const { one, size, x: left, y: top } of marks) { // marks keep their size while the land grows
      if (one.tagName === "circle") { one.setAttribute("r", String(size * share)); continue; }
      one.setAttribute("width", String(size * share));
      one.setAttribute("height", String(size * share));
      one.setAttribute("x", String(left + size * (1 - share) / 2));
      one.setAttribute("y", String(top + size * (1 - share) / 2));
    }
    for (const text of svg.querySelectorAll("text")) text.setAttribute("transform-origin", `${text.getAttribute("x")} ${text.getAttribute("y")}`);
    for (const text of svg.querySelectorAll("text")) text.setAttribute("transform", `scale(${share})`);
    svg.querySelector(".scale")?.toggleAttribute("hidden", share < 1);
    for (const line of svg.querySelectorAll(".land, .coast, .acc")) line.setAttribute("vector-effect", "non-scaling-stroke");
  };
  const zoom = (by, at = [box[0] + box[2] / 2, box[1] + box[3] / 2]) => {
    const width = box[2] / by, height = box[3] / by;
    box = [at[0] - (at[0] - box[0]) / by, at[1] - (at[1] - box[1]) / by, width, height];
    show();
  };
  const pan = (right, down) => { box[0] += right * box[2]; box[1] += down * box[3]; show(); };
  const moves = {
    "+": () => zoom(STEP), "=": () => zoom(STEP), "-": () => zoom(1 / STEP), "0": () => { box = [...whole]; show(); },
    ArrowLeft: () => pan(-0.15, 0), ArrowRight: () => pan(0.15, 0), ArrowUp: () => pan(0, -0.15), ArrowDown: () => pan(0, 0.15),
  };
  figure.tabIndex = 0;
  figure.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !moves[event.key]) return;
    moves[event.key]();
    event.preventDefault();
  });
  const place = (event) => {
    const seen = svg.getBoundingClientRect();
    return [box[0] + (event.clientX - seen.left) / seen.width * box[2], box[1] + (event.clientY - seen.top) / seen.height * box[3]];
  };
  svg.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    zoom(event.deltaY < 0 ? STEP : 1 / STEP, place(event));
    event.preventDefault();
  }, { passive: false });
  let held = null;
  svg.addEventListener("pointerdown", (event) => { if (box[2] < whole[2] && !event.target.closest("a")) { held = place(event); svg.setPointerCapture(event.pointerId); } });
  svg.addEventListener("pointermove", (event) => {
    if (!held) return;
    const [x, y] = place(event);
    box[0] += held[0] - x; box[1] += held[1] - y;
    show();
  });
  for (const ended of ["pointerup", "pointercancel"]) svg.addEventListener(ended, () => { held = null; });
  const bar = figure.querySelector("[data-map-buttons]");
  if (bar) bar.hidden = false;
  for (const button of figure.querySelectorAll("[data-map-key]")) button.addEventListener("click", () => moves[button.dataset.mapKey]());
};

for (const figure of document.querySelectorAll("[data-map]")) wire(figure);
