// The panes of a page, taken from a page rendered anew. Nothing moves under whoever looks at it: focus, scroll, what is
// open, ticked or half written stay; rows of a list turn where they stand and change places only when somebody asks.
const PANES = ["strip", "alarms", "case", "side", "steps", "papers", "results", "clocks", "log"];
const FOCUSABLE = "a, button, summary, input, select, textarea, [tabindex]";
const FIELDS = "input[id]:not([type=hidden]):not([type=radio]):not([type=checkbox]):not([type=file]), textarea[id]";

// What had the focus in the old pane has it in the new one, known by its address or id, else by its place.
const nameOf = (one) => one.getAttribute("href") ?? one.id;
const focusIn = (pane) => {
  const held = document.activeElement;
  if (!pane.contains(held) || held === pane) return () => {};
  const name = nameOf(held);
  const place = [...pane.querySelectorAll("[tabindex]")].indexOf(held);
  const caret = held.matches(FIELDS) ? [held.selectionStart, held.selectionEnd] : null;
  return () => {
    const same = [...pane.querySelectorAll(FOCUSABLE)].find((one) => name && nameOf(one) === name);
    (same ?? pane.querySelectorAll("[tabindex]")[place])?.focus({ preventScroll: true });
    if (caret?.[0] != null && same?.matches(FIELDS)) same.setSelectionRange(...caret);
  };
};

// What was written and not sent yet goes over into the field of the same id.
const writingIn = (pane) => {
  const written = [...pane.querySelectorAll(FIELDS)].filter((field) => field.value !== field.defaultValue);
  const texts = new Map(written.map((field) => [field.id, field.value]));
  return () => { for (const field of pane.querySelectorAll(FIELDS)) if (texts.has(field.id)) field.value = texts.get(field.id); };
};

// On an errand's page a part in which somebody writes waits until it is sent.
const isBeingWritten = (pane) => Boolean(pane.closest("[data-matter], [data-delegation]")) && [...pane.querySelectorAll("textarea, input")]
  .some((field) => field === document.activeElement || field.value !== field.defaultValue || field.checked !== field.defaultChecked);

const refill = (old, next) => {
  const scrolls = [...old.querySelectorAll(".scroll")].map((one) => one.scrollTop);
  const opened = new Set([...old.querySelectorAll("details[open]")].map((one) => one.id));
  const ticked = new Set([...old.querySelectorAll("[name=id]:checked")].map((one) => one.value));
  const givesBack = [writingIn(old), focusIn(old)];
  old.replaceChildren(...next.childNodes);
  for (const one of old.querySelectorAll("details[id]")) one.open = opened.has(one.id);
  for (const one of old.querySelectorAll("[name=id]")) one.checked ||= ticked.has(one.value);
  [...old.querySelectorAll(".scroll")].forEach((one, index) => { one.scrollTop = scrolls[index] ?? 0; });
  for (const giveBack of givesBack) giveBack();
};

const rowsOf = (page) => new Map([...page.querySelectorAll(".list a.it")].map((row) => [nameOf(row), row]));

// Rows in their places; those whose state is another now, as words.
const turnRows = (page) => {
  const turned = [];
  const fresh = rowsOf(page);
  for (const [name, row] of rowsOf(document)) {
    const next = fresh.get(name);
    if (!next || row.innerHTML === next.innerHTML) continue;
    const [was, is] = [row, next].map((one) => one.querySelector(".r")?.textContent);
    if (was !== is) turned.push(`${row.querySelector(".cn")?.textContent ?? ""} ${is}`);
    row.dataset.hue = next.dataset.hue;
    row.replaceChildren(...next.childNodes);
  }
  return turned;
};

export const swap = (page) => {
  for (const name of PANES) {
    const [old, next] = [document, page].map((place) => place.querySelector(`[data-live="${name}"]`));
    if (old && next && !isBeingWritten(old)) refill(old, next);
  }
  return turnRows(page);
};

// Whoever may not watch any more is shown nothing of what he watched, and where to sign in again.
export const cover = () => {
  const { content } = document.querySelector("template[data-cover]");
  document.title = content.querySelector("[data-cover-title]").textContent;
  for (const one of [...document.body.children]) if (!one.matches(".sprite, template")) one.remove();
  document.body.prepend(content.cloneNode(true));
};
