/* Passkeys: asks the browser to make or to show one, and sends its answer along with the form. */
(() => {
  "use strict";

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");
  const named = (credentials) => (credentials || []).map((each) => ({ ...each, id: bytes(each.id) }));

  const make = async (asked) => {
    const made = await navigator.credentials.create({
      publicKey: {
        ...asked,
        challenge: bytes(asked.challenge),
        user: { ...asked.user, id: bytes(asked.user.id) },
        excludeCredentials: named(asked.excludeCredentials),
      },
    });
    return {
      id: made.id,
      rawId: made.id,
      type: made.type,
      response: {
        clientDataJSON: text(made.response.clientDataJSON),
        attestationObject: text(made.response.attestationObject),
      },
    };
  };

  const show = async (asked) => {
    const shown = await navigator.credentials.get({
      publicKey: { ...asked, challenge: bytes(asked.challenge), allowCredentials: named(asked.allowCredentials) },
    });
    return {
      id: shown.id,
      rawId: shown.id,
      type: shown.type,
      response: {
        clientDataJSON: text(shown.response.clientDataJSON),
        authenticatorData: text(shown.response.authenticatorData),
        signature: text(shown.response.signature),
      },
    };
  };

  const answer = async (form) => {
    const asked = await fetch(form.dataset.ask, { method: "POST", headers: { Accept: "application/json" } });
    if (!asked.ok) {
      throw new Error(`${asked.status}`);
    }
    const question = await asked.json();
    return form.dataset.passkey === "make" ? make(question) : show(question);
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const [button, failure] = [form.querySelector("button"), form.querySelector("[data-failure]")];
      failure.hidden = true;
      button.disabled = true;
      try {
        form.elements.passkey.value = JSON.stringify(await answer(form));
        form.submit();
      } catch {
        failure.hidden = false;
        button.disabled = false;
      }
    });
  }
})();
