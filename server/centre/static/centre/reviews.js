// Keyboard of the reviews: a ratifies the row in focus, 1 2 3 choose, Ctrl+Enter decides, Esc closes. All of it works without.
const form = document.querySelector("[data-decide]");
const isTyping = (target) => target.matches("input:not([type=radio]), textarea, select");

const ratify = () => document.activeElement.closest(".rw")?.querySelector("[data-ratify]")?.click();

const choose = (number) => {
  const option = form?.querySelectorAll("input[type=radio]")[number - 1];
  if (option) { option.focus(); option.click(); }
};

const needsReason = () => form.querySelector("input[type=radio]:checked").value !== "ratify";
form?.addEventListener("change", () => { form.elements.note.required = needsReason(); });

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.ctrlKey) { form?.requestSubmit(); return; }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") { location.href = document.querySelector("[data-close]")?.href ?? location.href; return; }
  if (isTyping(event.target)) return;
  if (event.key === "a") ratify();
  if ("123".includes(event.key)) choose(Number(event.key));
});
