// A part of a dossier made of words: saves itself, waits in the phone while there is no network.
import { formSent, keepForm, ready } from "./outbox.js";
import { savesItself } from "./saving.js";

const form = document.querySelector("form[data-draft]");
if (form) {
  const place = form.querySelector("[data-saved]");
  const say = (text) => { place.textContent = text; };
  savesItself(form, { say, words: form.dataset, lost: keepForm, sent: formSent, ready });
}
