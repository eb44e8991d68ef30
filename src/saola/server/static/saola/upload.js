// Photos are shrunk on the device and kept there until the server has them; they go up in parts.
// Without this file the form sends its file whole, as any form does.
import { alone, failPhotos, forgetPhotos, keepPhotos, sending, sendPhotos } from "./outbox.js";

const form = document.querySelector("form[data-upload]");
const PAPER = { shortSide: 1700, bytes: 800_000 };  // letters must stay readable
const SCENE = { shortSide: 900, bytes: 300_000 };

function say(text) {
  form.querySelector("[data-progress]").textContent = text;
}

// the first of falling qualities that fits, else the smallest made
async function smallest(picture, scale, file, bytes) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  let best = file;
  for (const quality of [0.85, 0.75, 0.65, 0.55, 0.45, 0.35, 0.25]) {
    const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
    if (made && made.size < best.size) best = made;
    if (best.size <= bytes) break;
  }
  return best;
}

async function shrunk(file, wanted) {
  if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size <= wanted.bytes) return file;
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  let scale = Math.min(1, wanted.shortSide / Math.min(picture.width, picture.height));
  let best = await smallest(picture, scale, file, wanted.bytes);
  // a scene may lose more; letters may not
  while (wanted === SCENE && best.size > wanted.bytes && scale > 0.05) {
    scale *= 0.75;
    best = await smallest(picture, scale, best, wanted.bytes);
  }
  if (best === file) return file;
  say(`${form.dataset.shrunk}: ${Math.round(file.size / 1024)} → ${Math.round(best.size / 1024)} KB`);
  return new File([best], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" });
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
    for (const chosen of input.files) files.push(await shrunk(chosen, wanted));
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
