/* What a service costs, told while its length and price are typed. The server says the same once it is saved. */
(() => {
  "use strict";
  const form = document.getElementById("service-form");
  const box = document.getElementById("examples");
  if (!form || !box) return;
  const places = +form.dataset.places;
  const unit = 10 ** places;
  const value = (name) => (form.elements[name] ? form.elements[name].value.trim() : "");

  /* Minutes of two boxes; nothing when they are empty or make no sense. */
  const length = (name) => {
    const [hours, minutes] = [value(name + "_hours"), value(name + "_minutes")];
    if (!/^\d*$/.test(hours + minutes) || !(hours + minutes)) return 0;
    const all = +hours * 60 + +minutes;
    return all <= 1440 ? all : 0;
  };
  const say = (minutes) => {
    const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
    if (!hours) return rest + " min";
    return hours + " h" + (rest ? " " + String(rest).padStart(2, "0") : "");
  };
  const money = new Intl.NumberFormat("en-US", { minimumFractionDigits: places, maximumFractionDigits: places });

  /* In whole units of the currency, rounded half up as the server does. */
  const total = (units, minutes) => {
    const hourly = form.elements.pricing.value === "hourly";
    return hourly ? Math.floor((2 * units * minutes + 60) / 120) : units;
  };

  const lengths = () => {
    const usual = length("duration");
    if (!form.elements.flexible.checked) return [usual];
    return [length("min_duration"), usual, length("max_duration")];
  };

  const tell = () => {
    const price = value("price");
    const shown = [...new Set(lengths().filter(Boolean))].sort((a, b) => a - b);
    const known = /^\d{1,10}(\.\d*)?$/.test(price) && shown.length > 0;
    box.hidden = !known;
    if (!known) return;
    const units = Math.round(+price * unit);
    box.querySelector("ul").replaceChildren(...shown.map((minutes) => {
      const line = document.createElement("li");
      const amount = total(units, minutes);
      const cost = amount ? form.dataset.currency + " " + money.format(amount / unit) : "Free";
      line.append(
        Object.assign(document.createElement("span"), { textContent: say(minutes) }), " ",
        Object.assign(document.createElement("b"), { className: "price", textContent: cost }),
      );
      return line;
    }));
  };

  form.addEventListener("input", tell);
  form.addEventListener("change", tell);
  tell();
})();
