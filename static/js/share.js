/* Copy what stands in a box, and print. Without it people mark the text or use their browser's menu. */
(() => {
  "use strict";
  const copy = async (box) => {
    box.select();
    try {
      await navigator.clipboard.writeText(box.value);
    } catch { /* a page without https, or an old browser */
      document.execCommand("copy");
    }
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) {
      await copy(document.getElementById(button.dataset.copy));
      button.dataset.label ||= button.textContent;
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = button.dataset.label; }, 2000);
    }
    if (event.target.closest("[data-print]")) print();
  });
})();
