// Photos are shrunk on the device and kept there until the server has them; they go up in parts.
// Without this file the form sends its file whole, as any form does.
import { alone, failPhotos, forgetPhotos, keepPhotos, sending, sendPhotos } from "./outbox.js";
import { PAPER, SCENE, shrunk } from "./shrink.js";

const form = document.querySelector("form[data-upload]");
function say(text) {
  form.querySelector("[data-progress]").textContent = text;
}

// "done": the server has it; "open": it asks for something; a reason: it refuses the file itself
async function deliver(entry) {
  for (;;) {
    const answer = await sendPhotos(entry, say);
    if (answer !== null) return answer.ok ? "done" : "open";
    say(form.dataset.waiting);
    await new Promise((done) => { setTimeout(done, 3000); });
  }
}

async function submit(event) {
  const input = form.querySelector("input[type=file]");
  if (input.files.length === 0) return;
  event.preventDefault();
  const button = form.querySelector("button:not([type=button])");
  button.disabled = true;
  const wanted = form.querySelector("[data-scene]").checked ? SCENE : PAPER;
  const id = crypto.randomUUID();
  try {
    const files = [];
    for (const chosen of input.files) {
      files.push(await shrunk(chosen, wanted, (told) => say(`${form.dataset.shrunk}: ${told}`)));
    }
    sending(id);
    const body = new FormData(form);
    const entry = await keepPhotos(id, body, files);
    if (!navigator.onLine) say(form.dataset.kept);
    const outcome = await alone(() => deliver(entry));
    await forgetPhotos(id);
    if (outcome === "done") return location.assign(location.pathname);
    // the server asks for something: the form goes as a form, and comes back with what is missing
    form.elements.client_id.value = id;
    form.elements.uploads.value = entry.files.map((file) => file.id).join(",");
    input.value = "";
    form.submit();
  } catch (fault) {
    sending(null);
    await failPhotos(id, fault.message).catch(() => {}); // it stays on the device
    button.disabled = false;
    say(fault.message);
  }
}

if (form) {
  form.querySelector("input[type=file]").multiple = true;
  form.addEventListener("submit", submit);
}
