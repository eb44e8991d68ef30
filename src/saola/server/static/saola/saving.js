// A form that saves itself a moment after the last change, one message at a time. What cannot be sent
// is handed to `lost`, where there is one, and nothing is sent before `ready`. Each opening of a page has an id of its own.
const WAIT = 1500; // milliseconds after the last change
const LATER = new Set([401, 403, 404, 408, 423, 429]); // refusals that pass: signing in again, a lock

// the cookie's token is the one in force; that of a page kept on the device may be older
export function token() {
  const kept = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return kept ? kept[1] : document.querySelector("[name=csrfmiddlewaretoken]").value;
}

// the answer, or null where it must be tried again later
export async function post(path, body) {
  body.delete("csrfmiddlewaretoken");
  try {
    const answer = await fetch(path, {
      method: "POST", body, redirect: "error",
      headers: { "X-Autosave": "1", "X-CSRFToken": token() },
    });
    const told = await answer.json().catch(() => null);
    if (told === null || answer.status >= 500 || LATER.has(answer.status)) return null;
    return { ok: answer.ok, told };
  } catch {
    return null;
  }
}

export function differs(input) {
  if (input.matches("[type=radio], [type=checkbox]")) return input.checked !== input.defaultChecked;
  if (input.matches("select")) {
    return input.selectedIndex !== Math.max([...input.options].findIndex((o) => o.defaultSelected), 0);
  }
  return input.matches("textarea, input:not([type=file])") && input.value !== input.defaultValue;
}

// what was written or chosen before this file had come, by name
export function early(form) {
  const found = [...form.elements].filter((input) => input.name && differs(input));
  const told = found.filter((input) => input.type !== "radio" || input.checked);
  return Object.fromEntries(told.map(({ name, value }) => [name, value]));
}

export function savesItself(form, { say, words, heard = () => {}, lost, sent = () => {}, ready }) {
  let unsaved = false;
  let sending = null;
  let timer = 0;
  form.autocomplete = "off"; // old words put back by the browser would be saved over newer ones
  if (form.elements.page) form.elements.page.value = crypto.randomUUID();

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
    sending = send().finally(() => { sending = null; });
    await sending;
  }

  async function send() {
    await ready; // what waits on the device comes before what is sent from here
    const answer = await post(form.action || location.href, new FormData(form));
    if (answer === null) {
      const kept = Boolean(await lost?.(form));
      unsaved = !kept;
      return say(kept ? words.queued : words.offline);
    }
    if (!answer.ok) { unsaved = true; return say(answer.told.reason); }
    if ("revision" in answer.told) form.elements.revision.value = answer.told.revision;
    if (!unsaved) say(answer.told.saved);
    heard(answer.told);
    sent();
  }

  form.addEventListener("change", changed);
  form.addEventListener("input", (event) => {
    if (event.target.matches("textarea, input[type=text], input[type=email]")) changed();
  });
  form.addEventListener("submit", () => { unsaved = false; clearTimeout(timer); });
  window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
  if (Object.keys(early(form)).length) changed();
}
