// A score sheet while it is filled in: running total, digits as keys, saving by itself, the paper
// of the criterion beside it. The server's sum counts; without this file the form works as it is.
const form = document.querySelector("form[data-sheet]");
const bar = document.querySelector("[data-sheet-bar]");
const WAIT = 1500; // milliseconds after the last change
let unsaved = false;
let sending = null;
let timer = 0;

function say(text) {
  bar.querySelector("[data-saved]").textContent = text;
}

function refresh() {
  let total = 0, done = 0;
  for (const chosen of form.querySelectorAll("input[type=radio]:checked")) {
    total += Number(chosen.dataset.points);
    done += 1;
  }
  bar.querySelector("[data-total]").textContent = total;
  bar.querySelector("[data-done]").textContent = done;
}

function changed() {
  unsaved = true;
  say(bar.dataset.unsaved);
  clearTimeout(timer);
  timer = setTimeout(save, WAIT);
}

async function save() {
  if (sending) { await sending; }
  if (!unsaved) return;
  unsaved = false;
  sending = send();
  await sending;
  sending = null;
}

// one message at a time: each carries the revision that the one before it made
async function send() {
  try {
    const answer = await fetch(form.action || location.href, {
      method: "POST",
      body: new FormData(form),
      headers: { "X-Autosave": "1" },
      redirect: "error",
    });
    const told = await answer.json();
    if (!answer.ok) { unsaved = true; return say(told.reason); }
    form.elements.revision.value = told.revision;
    if (!unsaved) say(told.saved);
    bar.querySelector("[data-stars]").textContent = told.stars;
    const unmet = bar.querySelector("[data-unmet]");
    unmet.replaceChildren(...told.unmet.map((line) => {
      const item = document.createElement("li");
      item.textContent = line;
      return item;
    }));
    unmet.closest("details").hidden = told.unmet.length === 0;
  } catch {
    unsaved = true;
    say(bar.dataset.offline);
  }
}

function choose(event) {
  const box = event.target.closest("fieldset[data-criterion]");
  if (!box || event.target.matches("textarea, input[type=text]")) return;
  const radios = box.querySelectorAll("input[type=radio]");
  if (/^[1-9]$/.test(event.key) && radios[event.key - 1]) {
    radios[event.key - 1].checked = true;
    radios[event.key - 1].focus();
    form.dispatchEvent(new Event("change", { bubbles: true }));
    event.preventDefault();
  } else if (event.key === "Enter" && event.target.matches("input[type=radio]")) {
    const boxes = [...form.querySelectorAll("fieldset[data-criterion]")];
    const next = boxes[boxes.indexOf(box) + 1];
    if (next) (next.querySelector("input:checked") || next.querySelector("input")).focus();
    event.preventDefault();
  }
}

// "no option fits" needs its reason: the field opens at once
function askReason(event) {
  if (!event.target.matches("input[type=radio][value=khong-phu-hop]:checked")) return;
  const details = event.target.closest("fieldset").querySelector("details");
  details.open = true;
  details.querySelector("input").focus();
}

// the evidence beside the sheet follows the criterion at work
function showEvidence(event) {
  const pane = document.querySelector("iframe[name=minh-chung]");
  const link = event.target.closest("fieldset[data-criterion]")?.querySelector(".evidence a");
  if (!pane || !link || pane.dataset.shown === link.href) return;
  pane.dataset.shown = link.href;
  pane.src = link.href;
  document.querySelector("[data-evidence-title]").textContent = link.textContent;
}

if (form && bar) {
  form.addEventListener("change", (event) => { refresh(); askReason(event); changed(); });
  form.addEventListener("input", (event) => { if (event.target.matches("textarea, input[type=text]")) changed(); });
  form.addEventListener("keydown", choose);
  form.addEventListener("focusin", showEvidence);
  form.addEventListener("submit", () => { unsaved = false; clearTimeout(timer); });
  window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
  refresh();
}
