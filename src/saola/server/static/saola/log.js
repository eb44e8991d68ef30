// The log of a producer: every entry is kept on the device first and goes out when there is a network,
// in the order in which it was written, under an id made here.
import Dexie from "../vendor/dexie.min.js";
import { post } from "./saving.js";
import { SCENE, shrunk } from "./shrink.js";

const bar = document.querySelector("[data-log]");
const words = bar.dataset;
const say = (text) => { bar.querySelector("[role=status]").textContent = text; };
const db = new Dexie("saola-log");
db.version(1).stores({ entries: "uid, user" });
const mine = () => db.entries.where({ user: words.user }).sortBy("at");
const LOTS = "select[data-lots]";

function now() {
  const at = new Date();
  at.setMinutes(at.getMinutes() - at.getTimezoneOffset());
  return at.toISOString().slice(0, 16);
}

function fresh(form) {
  form.reset();
  form.elements.uid.value = crypto.randomUUID();
  form.elements.at.value = now();
  delete form.dataset.touched;
}

function bodyOf(entry) {
  const body = new FormData();
  for (const [name, value] of entry.fields) body.append(name, value);
  if (entry.photo) body.append("photo", entry.photo);
  return body;
}

// what was made by an entry that still waits can be used by the next one
function offer(entries) {
  for (const select of document.querySelectorAll(LOTS)) {
    for (const old of select.querySelectorAll("option[data-queued]")) {
      if (!entries.some(({ uid }) => uid === old.value)) old.removeAttribute("data-queued");
    }
    for (const { uid, made } of entries) {
      if (!made || [...select.options].some(({ value }) => value === uid)) continue;
      const option = new Option(`${made} (${words.queued})`, uid);
      option.dataset.queued = "";
      select.append(option);
    }
  }
}

function button(text, deed) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "secondary";
  made.textContent = text;
  made.addEventListener("click", deed);
  return made;
}

// back into its form, to be mended; the id stays, so that it takes the place of what waits
async function mend(entry) {
  const form = document.querySelector(`#${entry.act} form`);
  form.reset();
  for (const [name, value] of entry.fields) {
    const control = form.elements.namedItem(name);
    if (control && control.type !== "file") control.value = value;
  }
  form.dataset.touched = "1";
  location.hash = entry.act;
}

async function show() {
  const entries = await mine();
  offer(entries);
  bar.querySelector("ul").replaceChildren(...entries.map((entry) => {
    const line = document.createElement("li");
    const text = document.createElement("span");
    text.textContent = `${entry.deed}${entry.made ? `: ${entry.made}` : ""} – ${entry.fault || words.waiting}`;
    line.append(text);
    if (entry.fault) {
      line.append(button(words.mend, () => mend(entry)));
      line.append(button(words.drop, async () => { await db.entries.delete(entry.uid); show(); }));
    }
    return line;
  }));
}

async function flush() {
  if (!navigator.onLine) return;
  await navigator.locks.request("saola-log", { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    for (const entry of await mine()) {
      if (entry.fault) continue;
      const answer = await post(entry.path, bodyOf(entry));
      if (answer === null) return;
      if (answer.ok) {
        await db.entries.delete(entry.uid);
        say(`${words.sent} ${answer.told.saved}`);
      } else {
        await db.entries.update(entry.uid, { fault: answer.told.reason });
      }
    }
  });
  await show();
}

async function kept(form) {
  const data = new FormData(form);
  const picture = data.get("photo");
  data.delete("photo");
  data.delete("csrfmiddlewaretoken");
  const item = form.elements.namedItem("item"); // .item is a method of the collection
  const made = item ? `${item.selectedOptions[0]?.textContent.trim()} ${form.elements.quantity.value}` : "";
  const before = await db.entries.get(data.get("uid")); // mended: its photo stays unless a new one came
  const photo = picture?.size ? await shrunk(picture, SCENE) : before?.photo ?? null;
  await db.entries.put({
    uid: data.get("uid"), user: words.user, path: form.getAttribute("action"), at: Date.now(), made, photo,
    act: data.get("act"), deed: form.dataset.deed, fields: [...data],
  });
}

function stepped(input) {
  const row = document.createElement("div");
  row.className = "stepped";
  const turn = (by) => {
    input.value = Math.max(0, Number(input.value || 0) + by);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const less = button("−", () => turn(-1));
  const more = button("+", () => turn(1));
  less.setAttribute("aria-label", words.less);
  more.setAttribute("aria-label", words.more);
  input.replaceWith(row);
  row.append(less, input, more);
}

for (const input of document.querySelectorAll("input[data-stepped]")) stepped(input);
for (const form of document.querySelectorAll(".deed form")) {
  if (!form.closest(".opened")) fresh(form);
  form.addEventListener("input", () => { form.dataset.touched = "1"; });
  form.addEventListener("submit", async (event) => {
    if (!window.indexedDB) return; // the browser sends it itself
    event.preventDefault();
    if (!form.reportValidity()) return;
    try {
      await kept(form);
    } catch {
      form.submit(); // storage is full or forbidden
      return;
    }
    fresh(form);
    history.replaceState(null, "", location.pathname + location.search);
    location.hash = "main";
    say(words.waiting);
    await show();
    await flush().catch(() => {});
  });
}
// a page kept on the device is older than now
window.addEventListener("hashchange", () => {
  const form = document.querySelector(".deed:target form");
  if (form && !form.dataset.touched) form.elements.at.value = now();
});
window.addEventListener("online", () => flush().catch(() => {}));
await show().catch(() => {});
flush().catch(() => {});
