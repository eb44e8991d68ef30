// What a producer wrote or photographed without a network waits on the device and goes out later,
// under ids made here, so that a message sent twice changes nothing. Each person's entries go out
// under that person's name only.
import Dexie from "../vendor/dexie.min.js";
import { differs, post, token } from "./saving.js";
import { sendFile } from "./tus.js";

const bar = document.querySelector("[data-outbox]");
const me = bar?.dataset.user;
const db = new Dexie("saola");
db.version(1).stores({ forms: "key, user", photos: "id, user" });
const NOT_KEPT = new Set(["csrfmiddlewaretoken", "file"]);

const words = (body) => [...body].filter(([name]) => !NOT_KEPT.has(name));

function bodyOf(fields) {
  const body = new FormData();
  for (const [name, value] of fields) body.append(name, value);
  return body;
}

const keyOf = (path) => `${me}:${path}`;

// the whole form as it stands, with the revision and the id of its page; a later state of the same
// page takes the place of the earlier
export async function keepForm(form) {
  try {
    const path = location.pathname;
    const fields = words(new FormData(form));
    await db.forms.put({ key: keyOf(path), user: me, path, fields, at: Date.now() });
    waiting = true;
    await show();
    return true;
  } catch {
    return false; // storage is full or forbidden: the page says that nothing is kept
  }
}

// the page reached the server itself: what waited of it is old
export async function formSent() {
  waiting = false;
  await db.forms.delete(keyOf(location.pathname)).catch(() => {});
  await show().catch(() => {});
}

export async function keepPhotos(id, body, files) {
  const fields = words(body).filter(([name]) => name !== "uploads" && name !== "client_id");
  const named = files.map((file) => ({ id: crypto.randomUUID(), name: file.name, file }));
  const entry = { id, user: me, path: location.pathname, fields, files: named, at: Date.now() };
  await db.photos.put(entry);
  await show();
  return entry;
}

export const forgetPhotos = async (id) => { await db.photos.delete(id); await show(); };
export const failPhotos = async (id, fault) => { await db.photos.update(id, { fault }); };

// false while it must wait
async function sendForm(entry) {
  const answer = await post(entry.path, bodyOf(entry.fields));
  if (answer === null) return false;
  await db.transaction("rw", db.forms, async () => {
    const now = await db.forms.get(entry.key);
    if (!now || now.at !== entry.at) return; // written again meanwhile
    if (answer.ok) await db.forms.delete(entry.key);
    else await db.forms.update(entry.key, { fault: answer.told.reason });
  });
  if (answer.ok && location.pathname === entry.path) waiting = false;
  return true;
}

// files first, in parts; then the form that names them; null while it must wait
export async function sendPhotos(entry, say) {
  for (const { id, name, file } of entry.files) {
    await sendFile(bar.dataset.upload, new File([file], name), id, token, say, bar.dataset);
  }
  const ids = entry.files.map(({ id }) => id).join(",");
  return post(entry.path, bodyOf([...entry.fields, ["uploads", ids], ["client_id", entry.id]]));
}

// one page of the browser sends at a time
export const alone = (deed) => navigator.locks.request("saola-outbox", deed);

async function again() {
  await db.forms.where({ user: me }).modify({ fault: "" });
  await db.photos.where({ user: me }).modify({ fault: "" });
  await flush();
}

async function flush() {
  if (!me || !navigator.onLine) return;
  await navigator.locks.request("saola-outbox", { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    for (const entry of await db.forms.where({ user: me }).toArray()) {
      if (!entry.fault && !await sendForm(entry)) return;
    }
    for (const entry of await db.photos.where({ user: me }).toArray()) {
      if (entry.fault || entry.id === busy) continue;
      try {
        const answer = await sendPhotos(entry, () => {});
        if (answer === null) return;
        if (answer.ok) await db.photos.delete(entry.id);
        else await failPhotos(entry.id, answer.told.reason);
      } catch (fault) {
        await failPhotos(entry.id, fault.message);
      }
    }
  });
  await show();
}

let waiting = false; // whether words of this very page wait
let busy = null; // the photos that this page is sending itself
export function sending(id) { busy = id; }

function line(entry, table, key) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = entry.path;
  link.textContent = entry.files ? entry.files.map(({ name }) => name).join(", ") : entry.path;
  item.append(link, entry.fault ? ` – ${entry.fault} ` : "");
  if (entry.fault) {
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "secondary";
    drop.textContent = bar.dataset.drop;
    drop.addEventListener("click", async () => { await table.delete(key); show(); });
    item.append(drop);
  }
  return item;
}

async function show() {
  if (!bar) return;
  const forms = await db.forms.where({ user: me }).toArray();
  const photos = (await db.photos.where({ user: me }).toArray()).filter(({ id }) => id !== busy);
  bar.hidden = forms.length + photos.length === 0;
  bar.querySelector("[data-count]").textContent = forms.length + photos.length;
  bar.querySelector("ul").replaceChildren(
    ...forms.map((entry) => line(entry, db.forms, entry.key)),
    ...photos.map((entry) => line(entry, db.photos, entry.id)),
  );
}

// a page opened again without a network shows what was written last, under the revision and the id
// it was written at, but for what was chosen on it before this file had come; saved by the button it
// first hands over what waits
async function restore() {
  const form = document.querySelector("form[data-draft], form[data-sheet]");
  if (!form) return;
  form.addEventListener("submit", (event) => { if (waiting) handOver(form, event); });
  const entry = await db.forms.get(keyOf(location.pathname));
  if (!entry) return;
  waiting = true;
  const boxes = [...form.querySelectorAll("[type=radio], [type=checkbox]")];
  const chosen = new Set(boxes.filter(differs).map(({ name }) => name));
  for (const [name, value] of entry.fields) {
    if (chosen.has(name)) continue;
    for (const input of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (input.type === "radio" || input.type === "checkbox") input.checked = input.value === value;
      else if (input.type !== "hidden" || name === "base" || name === "page") input.value = value;
    }
  }
  form.dispatchEvent(new Event("restored"));
}

async function handOver(form, event) {
  event.preventDefault();
  await keepForm(form);
  const sent = await alone(async () => sendForm(await db.forms.get(keyOf(location.pathname))));
  if (!sent) return show();
  // the server has it, or shows on the page that comes now what stands against it
  await formSent();
  form.submit();
}

// pages met once open again without a network; whose.js takes them away with their person
async function remember() {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register(bar.dataset.worker, { scope: bar.dataset.scope });
  // the worker keeps what goes through it; the first page came before it
  if (await (await caches.open("saola-pages")).match(location.pathname)) return;
  const files = performance.getEntriesByType("resource").map(({ name }) => name);
  const own = files.filter((name) => new URL(name).pathname.startsWith("/static/"));
  await (await caches.open("saola-files")).addAll([...new Set(own)]);
  const page = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (page.ok && !page.redirected) await (await caches.open("saola-pages")).put(location.pathname, page);
}

// what waited is on the page; where the browser keeps nothing, the page works on
export const ready = me ? restore().then(show).catch(() => {}) : null;

if (me) {
  bar.querySelector("button[data-again]").addEventListener("click", again);
  window.addEventListener("online", flush);
  ready.then(flush).catch(() => {}); // a form hears meanwhile what is typed
  if (navigator.onLine) remember().catch(() => {});
}
