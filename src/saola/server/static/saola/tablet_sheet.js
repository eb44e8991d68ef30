// One member's sheet on the page: every change goes into the device first, the seal too; what other
// tabs write appears here. See tablet.js for how it reaches the server.
import { figures } from "./figures.js";
import { early } from "./saving.js";
import {
  change, flush, forget, keepMine, keepPhoto, keyOf, listen, sendAtOnce, stored,
} from "./tablet.js";

const WAIT = 1200; // milliseconds after the last change
const path = location.pathname;
let form, say, words, timer = 0, locked = false;

// the words of the class and of what is still missing, as figures change
function shown() {
  const found = figures(form);
  const bar = document.querySelector("[data-sheet-bar]");
  bar.querySelector("[data-total]").textContent = found.total;
  bar.querySelector("[data-done]").textContent = found.done;
  bar.querySelector("[data-stars]").textContent = found.stars === null ? "" : `${found.stars} ${words.stars}`;
  const list = bar.querySelector("[data-unmet]");
  const lines = found.unmet.map(({ id, stars, needed }) => {
    const item = document.createElement("li");
    item.textContent = words.minimum.replace("{id}", id).replace("{needed}", needed).replace("{stars}", stars);
    return item;
  });
  list.replaceChildren(...lines);
  list.closest("details").hidden = lines.length === 0;
}

function put(fields) {
  for (const [name, value] of Object.entries(fields)) {
    for (const input of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (input.type === "radio") input.checked = input.value === value;
      else if (input !== document.activeElement) input.value = value;
    }
  }
  shown();
}

function lock(entry) {
  locked = true;
  for (const input of form.querySelectorAll("fieldset, textarea, select, input[type=text], input[type=file], .sticky button")) {
    input.disabled = true;
  }
  const note = document.querySelector("[data-sealed-banner]");
  note.hidden = false;
  note.querySelector("[data-sealed-text]").textContent =
    entry.revision > entry.sent ? words.sealedHere : words.sealedThere;
}

function tell(entry) {
  const conflict = document.querySelector("[data-conflict]");
  conflict.hidden = entry.state !== "conflict" || entry.revision <= entry.sent;
  if (!conflict.hidden) conflict.querySelector("[data-reason]").textContent = entry.reason;
  if (entry.seal) return lock(entry);
  if (locked) return location.reload(); // a seal that the server could not take
  if (entry.state === "late" || entry.state === "refused" || entry.reason) return say(entry.reason);
  say(entry.revision > entry.sent ? words.queued : words.received);
}

async function kept(alter) {
  try {
    const entry = await change(form, alter);
    say(words.keptHere);
    return entry;
  } catch {
    return null; // storage is full or forbidden
  }
}

// nothing is kept on the device: the server at once, or the member is told in so many words
async function straight(seal) {
  const told = await sendAtOnce(form, seal);
  const alarm = document.querySelector("[data-full]");
  const lost = told === null || told.state === "wait";
  alarm.hidden = !lost;
  if (lost) return say(told?.reason || words.full);
  if (told.state === "kept") form.elements.revision.value = told.revision;
  say(told.state === "kept" ? words.received : told.reason);
}

async function changed(event) {
  const { name } = event.target;
  if (!name || locked || event.target.type === "file") return;
  shown();
  clearTimeout(timer);
  const value = new FormData(form).get(name) ?? "";
  const entry = await kept((now) => { now.fields[name] = value; });
  timer = setTimeout(entry ? flush : () => straight(false), WAIT);
}

async function seal() {
  const entry = await kept((now) => { now.seal = true; });
  if (!entry) return straight(true);
  lock(entry);
  await flush();
}

function askToSeal(event) {
  event.preventDefault();
  const found = figures(form);
  const stops = form.elements.event.value;
  if (found.missing.length && !stops) {
    say(words.missing.replace("{n}", found.missing.length));
    document.getElementById(`tc-${found.missing[0]}`).scrollIntoView({ block: "center" });
    form.querySelector(`#tc-${CSS.escape(found.missing[0])} input`).focus({ preventScroll: true });
    return;
  }
  const dialog = document.querySelector("dialog[data-seal]");
  dialog.querySelector("[data-seal-total]").textContent = stops ? "–" : found.total;
  dialog.querySelector("[data-seal-stars]").textContent = document.querySelector("[data-stars]").textContent;
  dialog.showModal();
}

function nextOpen(event) {
  event.preventDefault();
  const [first] = figures(form).missing;
  if (!first) return say(words.complete);
  document.getElementById(`tc-${first}`).scrollIntoView({ block: "center" });
  form.querySelector(`#tc-${CSS.escape(first)} input`).focus({ preventScroll: true });
}

async function pictured(event) {
  for (const file of event.target.files) {
    try {
      await keepPhoto(form.dataset.photo, file);
      say(words.photo);
    } catch {
      say(words.full);
    }
  }
  event.target.value = "";
  await flush();
}

// what the device holds goes before the page, unless the server has a later one and nothing waits
async function restore() {
  const entry = await stored(path);
  if (!entry) return;
  const seen = Number(form.elements.revision.value);
  const other = entry.sheet !== form.elements.uuid.value; // reopened since
  if (other && entry.revision > entry.sent) {
    await flush(); // the server keeps what differs, for the secretary
    const now = await stored(path);
    if (now.revision > now.sent) return say(words.queued);
  }
  if (other || (entry.revision <= entry.sent && seen > entry.revision)) return forget(path);
  put(entry.fields);
  tell(entry);
}

export async function begin(element, speak, told) {
  [form, say, words] = [element, speak, told];
  if (form.querySelector("fieldset[data-criterion]")?.disabled) {
    const entry = await stored(path).catch(() => null);
    if (entry && entry.revision <= entry.sent) await forget(path);
    return;
  }
  listen((entry) => { if (entry.key === keyOf(path)) { put(entry.fields); tell(entry); } });
  form.addEventListener("submit", (event) => { event.preventDefault(); flush(); });
  form.addEventListener("change", changed);
  form.addEventListener("input", (event) => {
    if (event.target.matches("textarea, input[type=text]")) changed(event);
  });
  form.querySelector("button[name=seal]").addEventListener("click", askToSeal);
  form.querySelector("button[name=save]").addEventListener("click", nextOpen);
  document.querySelector("[data-seal-yes]").addEventListener("click", seal);
  document.querySelector("[data-mine]").addEventListener("click", () => keepMine(path));
  document.querySelector("[data-theirs]").addEventListener("click", async () => {
    await forget(path);
    location.reload();
  });
  form.querySelector("[data-photo-box]").hidden = false;
  form.querySelector("input[type=file]").addEventListener("change", pictured);
  const first = early(form);
  await restore().catch(() => {});
  if (Object.keys(first).length && !locked) {
    put(first);
    const entry = await kept((now) => Object.assign(now.fields, first));
    timer = setTimeout(entry ? flush : () => straight(false), WAIT);
  }
  shown();
}
