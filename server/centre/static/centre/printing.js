// The button that opens the browser's own print dialogue; without this script Ctrl-P does the same.
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
