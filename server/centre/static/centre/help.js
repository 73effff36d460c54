// ? shows the keys. A dialog of the browser's own: Esc closes it, focus comes back to where it was.
const help = document.querySelector("dialog[data-help]");
const open = () => { if (!help.open) help.showModal(); };

if (help) {
  for (const one of document.querySelectorAll("[data-show-help]")) one.addEventListener("click", open);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "?" || event.target.matches("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    open();
    event.preventDefault();
  });
}
