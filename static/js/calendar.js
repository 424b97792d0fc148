/* Drag an appointment to another time or person: with a mouse at once, with a finger after a long press.
   The Move link of each appointment does the same without. */
(() => {
  "use strict";
  const LINE = 5, LONG_PRESS = 350, FAR = 6, EDGE = 60;
  const doc = document;
  let held = null; /* pressed: {block, x, y, touch, timer} */
  let drag = null; /* moving: {block, ghost, rows, grip, target} */

  const rows = (el) => {
    const at = /(?:^| )r(\d+)/.exec(el.className), high = /(?:^| )s(\d+)/.exec(el.className);
    return { at: +at[1], high: high ? +high[1] : 1 };
  };
  const rowHeight = (day) => parseFloat(getComputedStyle(day).gridAutoRows) || 1;

  /* The minute below the top on which a booking may begin, nearest to the one that was dropped on. */
  const snap = (day, minute, high) => {
    const step = +doc.getElementById("calendar").dataset.step;
    let best = null;
    for (const span of day.dataset.work.split(" ").filter(Boolean)) {
      const [since, until] = span.split("-").map(Number);
      const last = since + Math.max(0, Math.floor((until - high * LINE - since) / step)) * step;
      const near = Math.min(Math.max(since + Math.round((minute - since) / step) * step, since), last);
      if (best === null || Math.abs(near - minute) < Math.abs(best - minute)) best = near;
    }
    if (best === null || Math.abs(best - minute) > Math.max(step, 30)) return null;
    const [since, until] = (day.dataset.gap || "-2 -1").split(" ").map(Number);
    return best >= since && best < until ? null : best;
  };
  const instant = (day, minute) => {
    const [since, until] = (day.dataset.gap || "-2 -1").split(" ").map(Number);
    const passed = since >= 0 && minute >= until ? minute - (until - since) : minute;
    return new Date(Date.parse(day.dataset.from) + passed * 60000);
  };
  const say = (date) => new Intl.DateTimeFormat("en-GB", { timeZone: doc.getElementById("calendar").dataset.zone, hour: "2-digit", minute: "2-digit" }).format(date);

  /* A column takes its own person's appointments and others', the one without staff only such. */
  const takes = (day, block) => "anybody" in day.dataset || Boolean(day.dataset.staff) === Boolean(block.dataset.staff);

  const lift = (x, y) => {
    const { block } = held;
    clearTimeout(held.timer);
    const ghost = doc.createElement("li");
    ghost.className = "ghost";
    ghost.setAttribute("aria-hidden", "true");
    drag = { block, ghost, ...rows(block), grip: held.y - block.getBoundingClientRect().top, target: null };
    block.classList.add("lifted");
    block.closest(".cal").classList.add("dragging");
    held = null;
    follow(x, y);
  };
  const follow = (x, y) => {
    const { block, ghost, high, grip } = drag;
    drag.at = { x, y };
    const day = [...doc.querySelectorAll(".cal section > .day")].find((el) => {
      const box = el.getBoundingClientRect();
      return x >= box.left && x < box.right;
    });
    drag.target = null;
    if (!day || !takes(day, block)) return ghost.remove();
    const top = day.getBoundingClientRect().top;
    const minute = ((y - grip - top) / rowHeight(day)) * LINE;
    const start = snap(day, minute, high);
    const row = Math.max(0, Math.round((start === null ? minute : start) / LINE));
    ghost.className = "ghost r" + row + " s" + high + (start === null ? " not" : "");
    ghost.textContent = start === null ? "Not here" : say(instant(day, start)) + " " + block.dataset.name;
    if (ghost.parentNode !== day) day.append(ghost);
    if (start !== null) drag.target = { day, start: instant(day, start) };
  };
  const drop = (keep) => {
    if (held) clearTimeout(held.timer);
    held = null;
    if (!drag) return;
    const { block, ghost, target } = drag;
    drag = null;
    ghost.remove();
    block.classList.remove("lifted");
    block.closest(".cal")?.classList.remove("dragging");
    if (!keep || !target) return;
    const staff = target.day.dataset.staff || block.dataset.staff;
    const url = doc.getElementById("calendar").dataset.move;
    htmx.ajax("POST", url, {
      source: "#calendar-note", target: "#calendar-note", swap: "innerHTML",
      values: { appointment: block.dataset.appointment, start: target.start.toISOString(), staff, next: location.pathname + location.search },
    });
  };

  doc.addEventListener("pointerdown", (event) => {
    const block = event.target.closest("[data-appointment]");
    if (!block || event.button || !event.isPrimary || event.target.closest(".move")) return;
    const touch = event.pointerType === "touch";
    held = { block, x: event.clientX, y: event.clientY, touch };
    if (touch) held.timer = setTimeout(() => { lift(event.clientX, event.clientY); navigator.vibrate?.(20); }, LONG_PRESS);
  });
  doc.addEventListener("pointermove", (event) => {
    if (drag) return follow(event.clientX, event.clientY);
    if (!held || Math.hypot(event.clientX - held.x, event.clientY - held.y) < FAR) return;
    if (held.touch) drop(false); /* a finger that moves at once scrolls */
    else lift(event.clientX, event.clientY);
  });
  doc.addEventListener("pointerup", () => {
    if (drag) doc.addEventListener("click", stop, { capture: true, once: true });
    setTimeout(() => doc.removeEventListener("click", stop, { capture: true }));
    drop(true);
  });
  const stop = (event) => { event.preventDefault(); event.stopPropagation(); };
  doc.addEventListener("pointercancel", () => drop(false));
  doc.addEventListener("keydown", (event) => { if (event.key === "Escape") drop(false); });
  doc.addEventListener("dragstart", (event) => { if (event.target.closest?.("[data-appointment]")) event.preventDefault(); });
  doc.addEventListener("contextmenu", (event) => { if (drag) event.preventDefault(); });
  doc.addEventListener("touchmove", (event) => { if (drag) event.preventDefault(); }, { passive: false });

  /* Near the upper or lower edge the page moves along. */
  setInterval(() => {
    if (!drag) return;
    const { x, y } = drag.at;
    const by = y < EDGE ? -12 : y > innerHeight - EDGE ? 12 : 0;
    if (!by) return;
    scrollBy(0, by);
    follow(x, y);
  }, 30);

  /* Nothing is refreshed away under somebody's hand. */
  doc.addEventListener("htmx:beforeRequest", (event) => {
    if ((drag || held) && event.detail.elt.id === "calendar") event.preventDefault();
  });
})();
