// Photos are shrunk on the device, then every file goes up in parts (tus 1.0.0) and goes on after a
// lost network. Without this file the form sends its file whole, as any form does.
const form = document.querySelector("form[data-upload]");
const PART = 512 * 1024;
const PAPER = { shortSide: 1700, bytes: 800_000 };  // letters must stay readable
const SCENE = { shortSide: 900, bytes: 300_000 };
const PATIENCE = [1000, 2000, 5000, 10_000, 20_000]; // milliseconds between tries

function say(text) {
  form.querySelector("[data-progress]").textContent = text;
}

async function shrunk(file, wanted) {
  if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size <= wanted.bytes) return file;
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, wanted.shortSide / Math.min(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  let best = file;
  for (const quality of [0.85, 0.75, 0.65, 0.55, 0.45, 0.35, 0.25]) {
    const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
    if (made && made.size < best.size) best = made;
    if (best.size <= wanted.bytes) break;
  }
  if (best === file) return file;
  say(`${form.dataset.shrunk}: ${Math.round(file.size / 1024)} → ${Math.round(best.size / 1024)} KB`);
  return new File([best], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" });
}

// the same file chosen again after a reload goes on where it stood
function idOf(file) {
  const key = `upload:${file.name}:${file.size}:${file.lastModified}`;
  let id = sessionStorage.getItem(key);
  if (!id) {
    id = crypto.randomUUID();
    sessionStorage.setItem(key, id);
  }
  return id;
}

function headers(more) {
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  return { "Tus-Resumable": "1.0.0", "X-CSRFToken": token, ...more };
}

const encoded = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

async function patiently(step) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await step();
    } catch (fault) {
      if (fault instanceof Refusal) throw fault;
      say(form.dataset.waiting);
      await new Promise((done) => {
        setTimeout(done, PATIENCE[Math.min(attempt, PATIENCE.length - 1)]);
        window.addEventListener("online", done, { once: true });
      });
    }
  }
}

class Refusal extends Error {}

async function ask(address, options) {
  const answer = await fetch(address, options);
  if (answer.status >= 500) throw new Error("server");
  if (answer.status === 409 && answer.headers.has("Upload-Offset")) return answer;
  if (!answer.ok) throw new Refusal(await answer.text());
  return answer;
}

async function send(file, id) {
  const metadata = `id ${encoded(id)},filename ${encoded(file.name)}`;
  const made = await patiently(() => ask(form.dataset.upload, {
    method: "POST",
    headers: headers({ "Upload-Length": String(file.size), "Upload-Metadata": metadata }),
  }));
  const address = made.headers.get("Location");
  let at = 0;
  while (at < file.size) {
    at = await patiently(async () => {
      const here = await ask(address, { method: "HEAD", headers: headers() });
      const from = Number(here.headers.get("Upload-Offset"));
      if (from >= file.size) return from;
      const answer = await ask(address, {
        method: "PATCH",
        headers: headers({
          "Upload-Offset": String(from),
          "Content-Type": "application/offset+octet-stream",
        }),
        body: file.slice(from, from + PART),
      });
      return Number(answer.headers.get("Upload-Offset"));
    });
    say(`${form.dataset.sending} ${file.name}: ${Math.floor((100 * at) / file.size)} %`);
  }
}

async function submit(event) {
  const input = form.querySelector("input[type=file]");
  if (input.files.length === 0) return;
  event.preventDefault();
  const button = form.querySelector("button:not([type=button])");
  button.disabled = true;
  const wanted = form.querySelector("[data-scene]").checked ? SCENE : PAPER;
  try {
    const ids = [];
    for (const chosen of input.files) {
      const id = idOf(chosen);
      await send(await shrunk(chosen, wanted), id);
      ids.push(id);
    }
    form.elements.uploads.value = ids.join(",");
    input.value = "";
    form.submit();
  } catch (fault) {
    button.disabled = false;
    say(fault.message);
  }
}

if (form) {
  form.querySelector("input[type=file]").multiple = true;
  form.addEventListener("submit", submit);
}
