// A member's sheets on a tablet: kept on the device with every change, sent when there is a network,
// as often as it takes. Revisions count up here, so a message that comes twice or late changes
// nothing; no clock is read. Without this file the sheet is a form as any other.
import Dexie from "../vendor/dexie.min.js";
import { token } from "./saving.js";
import { SCENE, shrunk } from "./shrink.js";

const user = document.body.dataset.user;
const db = new Dexie("saola-council");
db.version(1).stores({ sheets: "key, user", photos: "id, user", self: "name" });
const LATER = new Set([401, 403, 404, 408, 423, 429]); // refusals that pass: signing in again, a lock
const NO_NETWORK = null, NOT_NOW = { state: "wait", reason: "" }; // one stops all, one only itself
const EVERY = 10_000; // milliseconds between tries while something waits
const tabs = new BroadcastChannel("saola-council");
const heardBy = new Set();

// kept beside the sheets: where they are lost, the device is another
async function device() {
  return db.transaction("rw", db.self, async () => {
    const found = await db.self.get("device");
    if (found) return found.id;
    const id = crypto.randomUUID();
    await db.self.put({ name: "device", id });
    return id;
  });
}

export const keyOf = (path) => `${user}:${path}`;
const once = crypto.randomUUID(); // this page, where the device keeps nothing
const waits = (entry) => entry.revision > entry.sent && entry.failed !== entry.revision;
export const sheetsOfDevice = () => db.sheets.where({ user }).toArray();

// what the form holds, but for what belongs to the page
function fieldsOf(form) {
  const out = {};
  for (const [name, value] of new FormData(form)) {
    if (!["csrfmiddlewaretoken", "uuid", "revision", "photo"].includes(name)) out[name] = value;
  }
  return out;
}

export function fresh(form) {
  const seen = Number(form.elements.revision.value);
  return {
    key: keyOf(location.pathname), user, path: location.pathname, to: form.dataset.tablet,
    title: form.dataset.title, sheet: form.elements.uuid.value, fields: fieldsOf(form),
    revision: seen, base: seen, sent: seen, seal: false, sealed: false, state: "", reason: "",
  };
}

// where the device keeps nothing (storage full, forbidden): straight to the server; null without one
// (NOT_NOW where it refuses for the moment)
export async function sendAtOnce(form, seal) {
  const entry = { ...fresh(form), seal };
  entry.revision += 1;
  return post(entry.to, bodyOf(entry, once));
}

// one change of the stored sheet; two tabs of one device write fields, not whole sheets
export async function change(form, alter) {
  const entry = await db.transaction("rw", db.sheets, async () => {
    const now = await db.sheets.get(keyOf(location.pathname)) ?? fresh(form);
    alter(now);
    now.revision += 1;
    await db.sheets.put(now);
    return now;
  });
  tabs.postMessage({ key: entry.key });
  return entry;
}

export const stored = (path) => db.sheets.get(keyOf(path));
export const forget = (path) => db.sheets.delete(keyOf(path));

async function post(to, fields) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  try {
    const answer = await fetch(to, {
      method: "POST", body, redirect: "error", headers: { "X-CSRFToken": token() },
    });
    const told = await answer.json().catch(() => null);
    if (LATER.has(answer.status)) return NOT_NOW;
    return answer.status >= 500 ? NO_NETWORK : told;
  } catch {
    return NO_NETWORK;
  }
}

const bodyOf = (entry, id) => ({
  ...entry.fields, user, uuid: entry.sheet, device: id, revision: entry.revision, base: entry.base,
  ...(entry.seal ? { seal: "1" } : {}),
});

// what the server said of the message with this revision
function apply(now, told, revision) {
  if (told.state === "wait") {
    now.reason = told.reason; // not now: it stays, goes out again, and keeps no other waiting
    return;
  }
  now.state = told.state;
  now.reason = told.reason;
  now.sealed = told.sealed;
  if (told.state === "kept" || told.state === "old" || told.state === "late") {
    const since = now.revision > revision; // changed here while the message was under way
    if (told.state !== "late") now.base = told.revision;
    now.sent = since ? revision : Math.max(revision, told.revision);
    now.revision = since ? Math.max(now.revision, told.revision + 1) : now.sent;
  } else {
    now.failed = revision;
    now.server = told.revision;
    if (told.state === "refused" && !told.sealed) now.seal = false;
  }
}

async function send(entry) {
  const told = await post(entry.to, bodyOf(entry, await device()));
  if (told === NO_NETWORK) return false;
  const now = await db.transaction("rw", db.sheets, async () => {
    const kept = await db.sheets.get(entry.key);
    apply(kept, told, entry.revision);
    await db.sheets.put(kept);
    return kept;
  });
  tabs.postMessage({ key: entry.key });
  for (const listener of heardBy) listener(now, told);
  return true;
}

async function sendPhoto(waiting) {
  const photo = await small(waiting);
  const told = await post(photo.to, { user, uuid: photo.id, photo: photo.file });
  if (told === NO_NETWORK) return false;
  if (told.state === "wait") return true;
  if (told.state === "kept") await db.photos.delete(photo.id);
  else await db.photos.update(photo.id, { fault: told.reason });
  return true;
}

// everything that waits, one page of the browser at a time; false while there is no network
export async function flush() {
  if (!user) return true;
  const out = await navigator.locks.request("saola-council", { ifAvailable: true }, async (lock) => {
    if (!lock) return true;
    for (const entry of await sheetsOfDevice()) {
      if (waits(entry) && !await send(entry)) return false;
    }
    for (const photo of await db.photos.where({ user }).toArray()) {
      if (!photo.fault && !await sendPhoto(photo)) return false;
    }
    return true;
  });
  await show();
  return out;
}

// kept as it is at once, made small behind: a tab closed in between loses nothing
export async function keepPhoto(to, file) {
  const photo = { id: crypto.randomUUID(), user, to, file, raw: true, path: location.pathname };
  await db.photos.put(photo);
  await show();
  await small(photo);
}

async function small(photo) {
  if (!photo.raw) return photo;
  const file = await shrunk(photo.file, SCENE).catch(() => photo.file); // the server says what it is
  await db.photos.update(photo.id, { file, raw: false });
  return { ...photo, file, raw: false };
}

export function listen(listener) {
  heardBy.add(listener);
  tabs.addEventListener("message", async (event) => {
    const now = await db.sheets.get(event.data.key);
    if (now) listener(now, null);
    await show();
  });
}

// a conflict ends by the member's word: "mine" goes on top of what the server has
export async function keepMine(path) {
  await db.sheets.update(keyOf(path), (now) => {
    now.base = now.server;
    now.revision = Math.max(now.revision, now.server) + 1;
    now.state = "";
  });
  return flush();
}

function photoRow(photo, words) {
  const item = document.createElement("li");
  const drop = document.createElement("button");
  drop.type = "button";
  drop.className = "secondary";
  drop.textContent = words.drop;
  drop.addEventListener("click", async () => { await db.photos.delete(photo.id); await show(); });
  item.append(`${photo.file.name}: ${photo.fault} `, drop);
  return item;
}

function row(entry, words) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = entry.path;
  link.textContent = entry.title;
  const told = entry.reason || (entry.seal ? words.sealedHere : words.waiting);
  item.append(link, `: ${told}`);
  return item;
}

// the banner of what waits or was not taken, on every page of the council
export async function show() {
  const bar = document.querySelector("[data-tablet-bar]");
  if (!bar) return;
  const entries = (await sheetsOfDevice()).filter(
    (entry) => entry.revision > entry.sent || entry.state === "late" || entry.state === "refused",
  );
  const photos = await db.photos.where({ user }).toArray();
  bar.hidden = entries.length + photos.length === 0;
  bar.dataset.state = bar.hidden ? "empty" : "waiting";
  bar.querySelector("[data-count]").textContent = entries.length + photos.length;
  bar.querySelector("ul").replaceChildren(
    ...entries.map((entry) => row(entry, bar.dataset)),
    ...photos.filter(({ fault }) => fault).map((photo) => photoRow(photo, bar.dataset)),
  );
}

if (user && document.querySelector("[data-tablet-bar]")) {
  document.querySelector("[data-tablet-bar] [data-again]").addEventListener("click", flush);
  window.addEventListener("online", flush);
  setInterval(() => { if (!document.hidden) flush().catch(() => {}); }, EVERY);
  show().then(flush).catch(() => {}); // where the browser keeps nothing, the page works on
}
