/* What the pages do beyond plain HTML. Everything works without it. */
(() => {
  "use strict";
  const doc = document;
  const all = (selector, root = doc) => root.querySelectorAll(selector);
  doc.documentElement.classList.add("js");

  /* One plain line in the live region; said once while it stands there. */
  const say = (text, kind = "info") => {
    const box = doc.getElementById("messages");
    if (!box || box.textContent.trim() === text) return;
    const line = doc.createElement("div");
    line.className = "notice " + kind;
    line.append(Object.assign(doc.createElement("p"), { textContent: text }));
    line.dataset.said = "";
    box.replaceChildren(line);
  };
  /* For screen readers alone: nothing on the screen moves. */
  const quiet = doc.createElement("p");
  quiet.className = "visually-hidden";
  quiet.setAttribute("role", "status");
  doc.body.append(quiet);
  const unsay = () => all("#messages [data-said]").forEach((line) => line.remove());

  /* Countdown of a hold: <… data-expires="epoch seconds" data-expired-text="…">… <b data-clock></b></…> */
  const tick = () => all("[data-expires]:not(.expired)").forEach((el) => {
    const left = Math.round(+el.dataset.expires - Date.now() / 1000);
    const clock = el.querySelector("[data-clock]") || el;
    if (left <= 0) {
      el.textContent = el.dataset.expiredText || "The time is up.";
      el.classList.add("expired");
      el.setAttribute("role", "alert");
      return;
    }
    clock.textContent = Math.floor(left / 60) + ":" + String(left % 60).padStart(2, "0");
    if (left <= 60 && !el.classList.contains("soon")) {
      el.classList.add("soon");
      quiet.textContent = "One minute left to finish.";
    }
  });

  /* The visitor's own time beside the provider's, where the two differ. */
  const formats = {};
  const clock = (date, timeZone) => {
    formats[timeZone] ||= new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" });
    return formats[timeZone].format(date);
  };
  const own = () => {
    const add = (el, name, className, textContent) =>
      el.appendChild(Object.assign(doc.createElement(name), { className, textContent }));
    all("[data-tz]").forEach((el) => {
      const zone = el.dataset.tz;
      try {
        const times = el.matches("time") ? [el] : all("time[datetime], button[name=start]", el);
        times.forEach((time) => {
          const date = new Date(time.value || time.dateTime);
          if (isNaN(date) || time.querySelector(".tz") || clock(date) === clock(date, zone)) return;
          if (time.value) add(add(time, "small", "tz", clock(date)), "span", "visually-hidden", " on your clock");
          else add(time, "span", "tz", " (" + clock(date) + " your time)");
        });
      } catch { /* a timezone this browser does not know: the provider's time stands alone */ }
    });
    if (doc.querySelector("button .tz")) all("[data-tz-hint]:not([data-told])").forEach((el) => {
      el.dataset.told = 1;
      el.append(" The small times are on your own clock.");
    });
  };

  /* A second tap on a form that is on its way does nothing. */
  const release = (form) => {
    delete form.dataset.busy;
    all("[data-waiting]", form).forEach((b) => { b.disabled = false; delete b.dataset.waiting; });
  };
  doc.addEventListener("submit", (event) => {
    if (!event.target.dataset.busy) return;
    event.preventDefault();
    event.stopImmediatePropagation(); /* in the capture phase: htmx does not see it either */
  }, true);
  doc.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return; /* prevented: htmx sends it, see beforeRequest */
    form.dataset.busy = 1;
    const button = event.submitter;
    /* After this turn, so that the button's own value is sent. */
    setTimeout(() => { if (button) { button.dataset.waiting = 1; button.disabled = true; } });
    setTimeout(release, 15000, form);
  });
  addEventListener("pageshow", () => all("form[data-busy]").forEach(release));

  /* <dialog>: data-open="id", data-close; a press outside the sheet closes it. Menus close on Escape or a press elsewhere. */
  doc.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) doc.getElementById(opener.dataset.open)?.showModal();
    if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
    if (event.target.matches("dialog.sheet")) {
      const box = event.target.getBoundingClientRect();
      if (event.clientY < box.top || event.clientY > box.bottom || event.clientX < box.left || event.clientX > box.right) event.target.close();
    }
    all("details[data-menu][open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  doc.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    all("details[data-menu][open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
  });

  /* The day strip shows its current day, and stays where it was scrolled to when the grid refreshes. */
  let scrolled = null;
  const strip = () => all(".days:not([data-placed])").forEach((el) => {
    const current = el.querySelector("[aria-current]");
    el.dataset.placed = 1;
    if (scrolled !== null) el.scrollLeft = scrolled;
    else if (current) el.scrollLeft = current.offsetLeft - (el.clientWidth - current.offsetWidth) / 2;
  });

  /* htmx: [data-live] parts that refresh themselves cost nothing while hidden or unchanged. */
  const seen = {};
  let focus = null;
  const on = (name, handler) => doc.addEventListener("htmx:" + name, handler);
  on("beforeRequest", (event) => {
    const { elt } = event.detail;
    if (elt.matches("[data-live]") && doc.hidden) event.preventDefault();
    else if (elt.matches("form[method=post]")) elt.dataset.busy = 1;
  });
  doc.addEventListener("visibilitychange", () => {
    if (!doc.hidden) all("[data-live]").forEach((el) => htmx.trigger(el, "refresh"));
  });
  on("beforeSwap", (event) => {
    const { target, xhr, elt } = event.detail;
    const live = target.closest("[data-live]");
    if (live && live.id) {
      if (target === live && elt === live && seen[live.id] === xhr.responseText) event.detail.shouldSwap = false;
      if (target === live) seen[live.id] = xhr.responseText;
      else delete seen[live.id];
    }
    scrolled = elt === live ? target.querySelector(".days")?.scrollLeft ?? null : null;
    const at = doc.activeElement;
    focus = target.contains(at) && at !== target && !at.id ? { name: at.name, value: at.value, href: at.getAttribute("href"), target: target.id } : null;
  });
  on("afterSettle", () => {
    own();
    tick();
    strip();
    if (!focus || (doc.activeElement && doc.activeElement !== doc.body)) return;
    const root = doc.getElementById(focus.target) || doc;
    const same = [...all("button, a[href]", root)].find((el) => (focus.href ? el.getAttribute("href") === focus.href : el.name === focus.name && el.value === focus.value));
    if (same) same.focus({ preventScroll: true });
    else if (root !== doc) { root.tabIndex = -1; root.focus({ preventScroll: true }); }
    focus = null;
  });
  /* [data-background]: nobody asked for it, so nobody is told how it went. */
  const unasked = (event) => event.detail.elt.matches("[data-background]");
  on("afterRequest", (event) => {
    const { elt, successful } = event.detail;
    if (elt.dataset.busy) release(elt);
    if (successful && !unasked(event)) unsay();
  });
  on("sendError", (event) => unasked(event) || say("No connection. The times shown may be old; they refresh when you are online again.", "bad"));
  on("timeout", (event) => unasked(event) || say("The connection is very slow. Please try again.", "bad"));
  on("responseError", (event) => {
    if (unasked(event)) return;
    const code = event.detail.xhr.status;
    say(code === 404 ? "That is no longer there. Please load the page again."
      : code === 403 ? "You may have been logged out. Please load the page again."
      : code === 429 ? "Too many tries. Please wait a minute."
      : "That did not work. Nothing was changed; please try again.", "bad");
  });

  own();
  tick();
  strip();
  setInterval(tick, 1000);
})();
