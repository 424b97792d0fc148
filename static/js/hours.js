// Says the hours of the week while they are typed. The page works without it.
(() => {
  "use strict";
  const total = document.querySelector("[data-week-total]");
  const form = document.querySelector("form.hours");
  if (!total || !form) return;
  const minutes = (text) => {
    const [hours, rest] = text.split(":").map(Number);
    return hours * 60 + rest;
  };
  const rowLength = (row) => {
    const [from, until] = [...row.querySelectorAll("input")].map((box) => box.value);
    return from && until ? Math.max(0, (minutes(until) || 1440) - minutes(from)) : 0;
  };
  const say = () => {
    let sum = 0;
    form.querySelectorAll(".hours-day").forEach((day) => {
      if (day.querySelector("[name^=closed-]").checked) return;
      day.querySelectorAll(".hours-row").forEach((row) => { sum += rowLength(row); });
    });
    const rest = sum % 60 ? ` ${String(sum % 60).padStart(2, "0")}` : "";
    const word = total.dataset.weekWord;
    total.textContent = sum ? `${word} ${Math.floor(sum / 60)} h${rest} a week` : `${word} on no day of the week`;
  };
  form.addEventListener("input", say);
})();
