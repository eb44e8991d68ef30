// A form that saves itself a moment after the last change, one message at a time: each carries the
// revision that the one before it made. What cannot be sent is handed to `lost`, where there is one.
const WAIT = 1500; // milliseconds after the last change

export function savesItself(form, { say, words, heard = () => {}, lost, sent = () => {} }) {
  let unsaved = false;
  let sending = null;
  let timer = 0;

  function changed() {
    unsaved = true;
    say(words.unsaved);
    clearTimeout(timer);
    timer = setTimeout(save, WAIT);
  }

  async function save() {
    if (sending) await sending;
    if (!unsaved) return;
    unsaved = false;
    sending = send(new FormData(form));
    await sending;
    sending = null;
  }

  async function send(body) {
    let answer;
    try {
      answer = await fetch(form.action || location.href, {
        method: "POST", body, headers: { "X-Autosave": "1" }, redirect: "error",
      });
      if (answer.status >= 500) throw new Error("server");
    } catch {
      const kept = Boolean(await lost?.(form, body));
      unsaved = !kept;
      return say(kept ? words.queued : words.offline);
    }
    const told = await answer.json();
    if (!answer.ok) { unsaved = true; return say(told.reason); }
    for (const name of ["revision", "base"]) {
      if (name in told) form.elements[name].value = told[name];
    }
    if (!unsaved) say(told.saved);
    heard(told);
    sent();
  }

  form.addEventListener("change", changed);
  form.addEventListener("input", (event) => {
    if (event.target.matches("textarea, input[type=text], input[type=email]")) changed();
  });
  form.addEventListener("submit", () => { unsaved = false; clearTimeout(timer); });
  window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
}
