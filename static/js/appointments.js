/* Ticks all requests on the page at once. */
document.addEventListener("change", (event) => {
  const form = event.target.dataset && event.target.dataset.tickAll;
  if (!form) return;
  for (const box of document.querySelectorAll(`input[type="checkbox"][form="${form}"]`)) box.checked = event.target.checked;
});
