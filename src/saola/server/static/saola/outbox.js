// What a producer wrote or photographed without a network waits on the device and goes out later,
// under ids made here, so that a message sent twice changes nothing. Each person's entries go out
// under that person's name only.
import Dexie from "../vendor/dexie.min.js";
import { sendFile } from "./tus.js";

const bar = document.querySelector("[data-outbox]");
const me = bar?.dataset.user;
const db = new Dexie("saola");
db.version(1).stores({ forms: "key, user", photos: "id, user" });
const NOT_KEPT = new Set(["csrfmiddlewaretoken", "file"]);

const words = (body) => [...body].filter(([name]) => !NOT_KEPT.has(name));

// the whole form as it stands; a later state of the same page takes the place of the earlier
export async function keepForm(form, body) {
  try {
    const path = location.pathname;
    await db.forms.put({ key: `${me}:${path}`, user: me, path, fields: words(body), at: Date.now() });
    await show();
    return true;
  } catch {
    return false; // storage is full or forbidden: the page says that nothing is kept
  }
}

// the page reached the server itself: what waited of it is old
export async function formSent() {
  await db.forms.delete(`${me}:${location.pathname}`).catch(() => {});
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

function token() {
  return document.querySelector("[name=csrfmiddlewaretoken]").value;
}

function bodyOf(fields) {
  const body = new FormData();
  for (const [name, value] of fields) body.append(name, value);
  body.append("csrfmiddlewaretoken", token());
  return body;
}

// null while there is no network, else the answer
async function post(path, fields) {
  try {
    const options = { method: "POST", body: bodyOf(fields), headers: { "X-Autosave": "1" } };
    const answer = await fetch(path, { ...options, redirect: "error" });
    return answer.status >= 500 ? null : answer;
  } catch {
    return null;
  }
}

async function reason(answer) {
  try { return (await answer.json()).reason; } catch { return String(answer.status); }
}

async function sendForm(entry) {
  const answer = await post(entry.path, entry.fields);
  if (answer === null) return false;
  const fault = answer.ok ? "" : await reason(answer);
  const open = location.pathname === entry.path && document.querySelector("form [name=base]");
  if (open && answer.ok) open.value = (await answer.json()).base; // this page goes on from here
  await db.transaction("rw", db.forms, async () => {
    const now = await db.forms.get(entry.key);
    if (!now || now.at !== entry.at) return; // written again meanwhile
    if (fault) await db.forms.update(entry.key, { fault });
    else await db.forms.delete(entry.key);
  });
  return true;
}

// files first, in parts; then the form that names them
export async function sendPhotos(entry, say) {
  for (const { id, name, file } of entry.files) {
    await sendFile(bar.dataset.upload, new File([file], name), id, token(), say, bar.dataset);
  }
  const ids = entry.files.map(({ id }) => id).join(",");
  return post(entry.path, [...entry.fields, ["uploads", ids], ["client_id", entry.id]]);
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
      let answer;
      try { answer = await sendPhotos(entry, () => {}); } catch (fault) { answer = fault; }
      if (answer === null) return;
      if (answer.ok) await db.photos.delete(entry.id);
      else await db.photos.update(entry.id, { fault: answer.message ?? await reason(answer) });
    }
  });
  await show();
}

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

// a page opened again without a network shows what was written last, not what it was saved with
async function restore() {
  const form = document.querySelector("form[data-draft], form[data-sheet]");
  const entry = form && await db.forms.get(`${me}:${location.pathname}`);
  if (!entry) return;
  for (const [name, value] of entry.fields) {
    for (const input of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (input.type === "radio" || input.type === "checkbox") input.checked = input.value === value;
      else if (input.type !== "hidden") input.value = value;
    }
  }
  form.dispatchEvent(new Event("restored"));
}

// pages met once open again without a network; they go when the person signs out
async function remember() {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register(bar.dataset.worker, { scope: bar.dataset.scope });
  const files = performance.getEntriesByType("resource").map(({ name }) => name);
  const own = files.filter((name) => new URL(name).pathname.startsWith("/static/"));
  await (await caches.open("saola-files")).addAll([...new Set(own)]);
  const page = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (page.ok && !page.redirected) await (await caches.open("saola-pages")).put(location.pathname, page);
}

// on a phone that several people use nobody sees the pages of the one before
async function forgetOthers() {
  if (localStorage.getItem("saola-user") === me) return;
  await caches.delete("saola-pages");
  localStorage.setItem("saola-user", me);
}

if (me) {
  for (const form of document.querySelectorAll("form[data-sign-out]")) {
    form.addEventListener("submit", () => { caches.delete("saola-pages"); });
  }
  bar.querySelector("button").addEventListener("click", flush);
  window.addEventListener("online", flush);
  await restore().then(show).catch(() => {}); // where the browser keeps nothing, the page works on
  flush().catch(() => {});
  if (navigator.onLine) forgetOthers().then(remember).catch(() => {});
}
