// Photos of an act, large: zoom, turn, one after the other, beside what device, file and server say. Without this script a
// photo opens by itself in a tab of its own.
const STEP = 1.25, LEAST = 1, MOST = 12;
const dialog = document.getElementById("viewer");
const at = (name) => dialog.querySelector(`[data-viewer-${name}]`);
const state = { photos: [], index: 0, scale: 1, turn: 0, x: 0, y: 0, from: "" };

const links = () => [...document.querySelectorAll(".shots a.ph")].filter((one) => one.querySelector("img"));

const draw = () => {
  const image = at("img");
  if (state.scale === 1) { state.x = 0; state.y = 0; }
  const flat = state.turn % 180 !== 0 ? Math.min(1, image.clientHeight && at("stage").clientHeight / image.clientWidth || 1) : 1;
  image.style.transform = `translate(${state.x}px, ${state.y}px) rotate(${state.turn}deg) scale(${state.scale * flat})`;
};

const show = (index) => {
  const count = state.photos.length;
  state.index = (index + count) % count;
  Object.assign(state, { scale: 1, turn: 0, x: 0, y: 0 });
  const { href, sha256, name } = state.photos[state.index];
  const image = at("img");
  image.src = href;
  image.alt = name;
  dialog.querySelector("#viewer-name").textContent = name;
  at("place").textContent = `${state.index + 1} / ${count}`;
  at("open").href = href;
  at("life").href = `/centre/evidence/${sha256}`;
  const beside = document.querySelector(`table.cmp[data-of="${sha256}"]`);
  at("beside").replaceChildren(...(beside ? [beside.cloneNode(true)] : []));
  draw();
};

const zoom = (by) => { state.scale = Math.min(MOST, Math.max(LEAST, state.scale * by)); draw(); };
const keys = {
  ArrowLeft: () => show(state.index - 1),
  ArrowRight: () => show(state.index + 1),
  "+": () => zoom(STEP),
  "=": () => zoom(STEP),
  "-": () => zoom(1 / STEP),
  r: () => { state.turn = (state.turn + 90) % 360; draw(); },
  R: () => { state.turn = (state.turn + 270) % 360; draw(); },
  0: () => { Object.assign(state, { scale: 1, turn: 0 }); draw(); },
  Escape: () => dialog.close(),
};

const open = (link) => {
  const all = links();
  state.photos = all.map((one) => ({
    href: one.getAttribute("href"),
    sha256: one.closest("[data-sha256]").dataset.sha256,
    name: one.querySelector("img").alt,
  }));
  state.from = link.getAttribute("href");
  dialog.showModal();
  show(all.indexOf(link));
  dialog.querySelector("#viewer-name").focus();
};

if (dialog) {
  const image = document.createElement("img");
  image.dataset.viewerImg = "";
  at("stage").append(image);
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".shots a.ph");
    if (!link?.querySelector("img") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link);
  });
  dialog.addEventListener("keydown", (event) => {
    event.stopPropagation(); // keys of the desk below rest
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  dialog.addEventListener("close", () => {
    at("img").removeAttribute("src");
    links().find((one) => one.getAttribute("href") === state.from)?.focus(); // the pane may have been drawn anew
  });
  for (const button of dialog.querySelectorAll("[data-viewer-key]")) button.addEventListener("click", () => keys[button.dataset.viewerKey]());
  const stage = at("stage");
  let held = null;
  stage.addEventListener("wheel", (event) => { zoom(event.deltaY < 0 ? STEP : 1 / STEP); event.preventDefault(); }, { passive: false });
  stage.addEventListener("pointerdown", (event) => { held = [event.clientX - state.x, event.clientY - state.y]; stage.setPointerCapture(event.pointerId); event.preventDefault(); });
  stage.addEventListener("pointermove", (event) => {
    if (!held || state.scale === 1) return;
    state.x = event.clientX - held[0];
    state.y = event.clientY - held[1];
    draw();
  });
  for (const ended of ["pointerup", "pointercancel"]) stage.addEventListener(ended, () => { held = null; });
}
