/* Beside htmx, for forms marked data-autosave: fresh values and revision when a save really leaves, words while it is under way,
   patience when the line is down, a question before unsaved text is left behind. Without this file the Save buttons still work. */
(() => {
  const waits = [2000, 5000, 15000, 30000];
  const unsent = new Set(); // forms holding text no request has taken yet
  const failures = new Map(); // form -> how often in a row its save failed
  const timers = new Map();
  const formOf = (event) => event.target.closest?.("form[data-autosave]");
  const valuesOf = (form) => new URLSearchParams(new FormData(form));

  function say(form, state) {
    const status = document.getElementById(form.dataset.status);
    const message = status?.querySelector("[data-message]");
    if (!message) return;
    status.dataset.state = state;
    message.textContent = form.dataset[state];
    status.querySelector("[data-detail]")?.remove();
  }

  function tryAgainLater(form) {
    const count = (failures.get(form) ?? 0) + 1;
    failures.set(form, count);
    unsent.add(form);
    say(form, "failed");
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(() => htmx.trigger(form, "retry"), waits[Math.min(count, waits.length) - 1]));
  }

  document.addEventListener("input", (event) => {
    const form = formOf(event);
    if (!form) return;
    unsent.add(form);
    say(form, "unsaved");
  });

  // A queued save was collected before the one ahead of it was answered: take text and revision as they are now.
  document.addEventListener("htmx:before:request", (event) => {
    const form = formOf(event);
    if (!form) return;
    const values = valuesOf(form);
    form.dataset.sent = values.toString();
    event.detail.ctx.request.body = values;
    event.detail.ctx.request.keepalive = form.dataset.sent.length < 60000; // browsers refuse more than 64 kB of it
    clearTimeout(timers.get(form));
    unsent.delete(form);
    say(form, "saving");
  });

  document.addEventListener("htmx:error", (event) => {
    const form = formOf(event);
    if (form && event.detail.ctx) tryAgainLater(form);
  });

  document.addEventListener("htmx:after:request", (event) => {
    const form = formOf(event);
    if (!form) return;
    const { status } = event.detail.ctx.response;
    if (status >= 500 || status === 429) return tryAgainLater(form);
    failures.delete(form);
    if (status >= 400 && status !== 409) unsent.add(form);
  });

  // Written on while the answer was on its way: the newest text is not saved yet.
  document.addEventListener("htmx:finally:request", (event) => {
    const form = formOf(event);
    if (!form || failures.has(form)) return;
    const [now, sent] = [valuesOf(form), new URLSearchParams(form.dataset.sent)];
    now.delete("revision");
    sent.delete("revision");
    if (now.toString() === sent.toString()) return;
    unsent.add(form);
    say(form, "unsaved");
  });

  window.addEventListener("online", () => failures.forEach((_, form) => htmx.trigger(form, "retry")));

  window.addEventListener("beforeunload", (event) => {
    if (unsent.size) event.preventDefault();
  });
})();
