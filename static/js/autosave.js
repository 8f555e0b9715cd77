/* Beside htmx, for a form of cards marked data-autosave: sends only the cards that say something unsaved, as they are when
   a save really leaves; says how it goes; tries again when the line is down; asks before unsaved text is left behind.
   Without this file the Save buttons still work, and the server needs nothing from it. */
(() => {
  if (!window.htmx) return;
  const waits = [2000, 5000, 15000, 30000];
  const keepaliveLimit = 60000; // browsers refuse more than 64 kB of it
  const triedLimit = 4;
  const patience = 3000; // how long a link waits for a save before it asks
  const cards = new WeakMap(); // card -> kept and refused: its content as the server last kept or refused it
  const forms = new Map(); // form -> failures in a row, timer, isSignedOut, sent: card -> content and choice
  let goingTo = null; // the address of a link that waits for a save

  const formOf = (event) => event.target.closest?.("form[data-saves]");
  const statusOf = (card) => card.querySelector("[role=status][data-state]");
  const noteOf = (card) => card.querySelector("textarea");
  const join = (radio, note) => `${radio?.value ?? ""}\n${note}`;
  const radiosOf = (card) => [...card.querySelectorAll("input[type=radio]")];
  const content = (card) => join(radiosOf(card).find((radio) => radio.checked), noteOf(card).value);
  const contentAsShown = (card) => join(radiosOf(card).find((radio) => radio.defaultChecked), noteOf(card).defaultValue);
  const choiceOf = (card) => card.querySelector("input[name^='keep-']")?.value;
  const isUnsaved = (card) => content(card) !== cards.get(card).kept;
  const isAnyUnsaved = () => [...forms.keys()].some((form) => [...form.querySelectorAll("[data-card]")].some(isUnsaved));
  const mustLeave = (card) => choiceOf(card) || (isUnsaved(card) && content(card) !== cards.get(card).refused);

  function addHidden(place, name, value) {
    place.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }

  /* While nothing is decided: seen, but not read aloud. A conflict or a failure stays said until it is over. */
  function sayMeanwhile(card, state) {
    const status = statusOf(card);
    const isOpen = ["conflict", "failed"].includes(status.dataset.state);
    status.dataset.meanwhile = isOpen ? "" : state;
    status.querySelector("[data-words]").textContent = status.dataset.meanwhile && card.closest("form").dataset[state];
  }

  function sayFailed(card, words) {
    const status = statusOf(card);
    status.dataset.meanwhile = "";
    status.dataset.state = "failed";
    if (status.querySelector("[data-message]").textContent !== words) status.querySelector("[data-message]").textContent = words;
    for (const part of status.querySelectorAll("[data-detail], [data-words]")) part.textContent = "";
  }

  function sayTrouble(form, isOn) {
    form.querySelector("[data-trouble-place]").textContent = isOn ? form.dataset.trouble : "";
  }

  /* What is sent may be kept although its answer gets lost: to say so with the next save spares a conflict with oneself. */
  function noteAttempt(card, text) {
    const earlier = [...card.querySelectorAll("input[name^='tried-']")];
    if (earlier.some((input) => input.value === text)) return;
    if (earlier.length >= triedLimit) earlier[1].remove();
    addHidden(card, `tried-${card.dataset.card}`, text);
  }

  function bodyOf(leaving) {
    const body = new URLSearchParams();
    for (const card of leaving) {
      for (const field of card.querySelectorAll("textarea, input[type=hidden], input[type=radio]:checked")) {
        // `seen` tells touched cards from untouched ones in a whole form; here only touched ones leave.
        if (!field.name.startsWith("seen-")) body.append(field.name, field.value);
      }
    }
    return body;
  }

  function tryAgainLater(form) {
    const own = forms.get(form);
    own.failures += 1;
    own.timer = setTimeout(() => htmx.trigger(form, "retry"), waits[Math.min(own.failures, waits.length) - 1]);
    if (own.failures > 1) sayTrouble(form, true);
  }

  /* The server has said on the card what came of it. */
  function settle(card, { text, choice }, status) {
    const own = cards.get(card);
    card.querySelectorAll("input[name^='tried-']").forEach((input) => input.remove());
    if (["saved", "untouched"].includes(statusOf(card).dataset.state)) {
      Object.assign(own, { kept: choice === "theirs" ? contentAsShown(card) : text, refused: null });
      if (isUnsaved(card)) sayMeanwhile(card, "unsaved");
      if (choice) (card.querySelector("input:checked") ?? noteOf(card)).focus(); // the button that was pressed is gone
    } else if (status !== 401) {
      own.refused = text;
    }
    const isWrong = card.querySelector(".answer-problems").childElementCount > 0;
    if (isWrong) noteOf(card).setAttribute("aria-invalid", "true");
    else noteOf(card).removeAttribute("aria-invalid");
  }

  document.addEventListener("input", (event) => {
    const card = formOf(event) && event.target.closest("[data-card]");
    if (card) sayMeanwhile(card, isUnsaved(card) ? "unsaved" : "");
  });

  // The choice between two answers must leave with whichever save is next, so it is written down in the card.
  document.addEventListener("click", (event) => {
    const button = formOf(event) && event.target.closest("button[name^='keep-']");
    if (!button) return;
    const place = button.closest("section");
    place.querySelectorAll("input[name^='keep-']").forEach((input) => input.remove());
    addHidden(place, button.name, button.value);
  });

  // A queued save was collected before the one ahead of it was answered: take the cards as they are now.
  document.addEventListener("htmx:before:request", (event) => {
    const form = formOf(event);
    if (!form) return;
    const own = forms.get(form);
    const leaving = [...form.querySelectorAll("[data-card]")].filter(mustLeave);
    own.sent = new Map(leaving.map((card) => [card, { text: content(card), choice: choiceOf(card) }]));
    if (!leaving.length) {
      event.preventDefault();
      return goOn();
    }
    const { request } = event.detail.ctx;
    request.body = bodyOf(leaving);
    request.keepalive = request.body.toString().length < keepaliveLimit;
    for (const card of leaving) {
      sayMeanwhile(card, "saving");
      statusOf(card).dataset.awaiting = "";
      noteAttempt(card, content(card));
    }
    clearTimeout(own.timer);
  });

  document.addEventListener("htmx:finally:request", (event) => {
    const form = formOf(event);
    const own = forms.get(form);
    if (!own?.sent.size) return;
    const status = event.detail.ctx.response?.status ?? 0;
    const isFinal = status >= 400 && status < 500 && ![408, 425, 429].includes(status);
    const silent = [...own.sent].filter(([card]) => "awaiting" in statusOf(card).dataset);
    for (const [card, sent] of own.sent) if (!("awaiting" in statusOf(card).dataset)) settle(card, sent, status);
    for (const [card, { text }] of silent) {
      delete statusOf(card).dataset.awaiting;
      sayFailed(card, form.dataset[isFinal ? "refused" : "failed"]);
      if (isFinal) cards.get(card).refused = text;
    }
    Object.assign(own, { sent: new Map(), isSignedOut: status === 401 });
    if (silent.length && !isFinal) {
      tryAgainLater(form);
    } else {
      own.failures = 0;
      sayTrouble(form, silent.length > 0);
    }
    const isMoreToCome = [...form.querySelectorAll("[data-card]")].some(mustLeave);
    if (own.failures || own.isSignedOut || !isMoreToCome) goOn();
  });

  function retry(isDue) {
    forms.forEach((own, form) => isDue(own) && htmx.trigger(form, "retry"));
  }

  window.addEventListener("online", () => retry((own) => own.failures));
  window.addEventListener("focus", () => retry((own) => own.failures || own.isSignedOut));

  window.addEventListener("beforeunload", (event) => {
    if (isAnyUnsaved()) event.preventDefault();
  });

  function goOn() {
    const address = goingTo;
    goingTo = null;
    if (address) window.location.assign(address); // the browser asks where something is still unsaved
  }

  // A link waits until what was just typed is saved: what it leads to may show it.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    const isOrdinary = link && !link.target && event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!isOrdinary || event.defaultPrevented || link.getAttribute("href").startsWith("#") || !isAnyUnsaved()) return;
    event.preventDefault();
    goingTo = link.href;
    retry(() => true);
    setTimeout(goOn, patience);
  });

  for (const form of document.querySelectorAll("form[data-autosave]")) {
    form.dataset.saves = ""; // from here on its Save buttons are not needed
    forms.set(form, { failures: 0, timer: 0, isSignedOut: false, sent: new Map() });
    for (const card of form.querySelectorAll("[data-card]")) {
      const shown = contentAsShown(card);
      // A page that was drawn again with unsaved text says so: the server has seen that text and not kept it.
      cards.set(card, "unsaved" in card.dataset ? { kept: null, refused: shown } : { kept: shown, refused: null });
    }
  }
  // What was typed before this file arrived.
  window.addEventListener("load", () => retry(() => true));
})();
