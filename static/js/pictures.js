/* Upload of a picture: look at it before it is sent, and hear at once that it is too large. */
(() => {
  "use strict";
  document.querySelectorAll("form[data-picture]").forEach((form) => {
    const input = form.querySelector("input[type=file]");
    const preview = form.querySelector("[data-picture-preview]");
    const problem = form.querySelector("[data-picture-problem]");
    input.addEventListener("change", () => {
      const [file] = input.files;
      problem.replaceChildren();
      if (!file) return;
      if (file.size > +input.dataset.mostBytes) {
        const line = document.createElement("p");
        line.className = "invalid-feedback d-block";
        line.setAttribute("role", "alert");
        line.textContent = "This file is larger than 10 MB. Choose a smaller one.";
        problem.append(line);
        input.value = "";
        return;
      }
      const reader = new FileReader();
      reader.addEventListener("load", () => {
        preview.src = reader.result;
        preview.alt = "The picture you chose, not saved yet";
        preview.hidden = false;
      });
      if (/^image\/(jpeg|png|webp)$/.test(file.type)) reader.readAsDataURL(file);
    });
  });
})();
