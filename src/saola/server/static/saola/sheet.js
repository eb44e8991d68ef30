// A score sheet while it is filled in: running total, digits as keys, saving by itself, the paper
// of the criterion beside it. The server's sum counts; without this file the form works as it is.
import { savesItself } from "./saving.js";

const form = document.querySelector("form[data-sheet]");
const bar = document.querySelector("[data-sheet-bar]");
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

// what the server found while it saved
function heard(told) {
  bar.querySelector("[data-stars]").textContent = told.stars;
  const unmet = bar.querySelector("[data-unmet]");
  unmet.replaceChildren(...told.unmet.map((line) => {
    const item = document.createElement("li");
    item.textContent = line;
    return item;
  }));
  unmet.closest("details").hidden = told.unmet.length === 0;
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

// the evidence beside the sheet follows the criterion at work, and the link that is chosen; on a
// narrow screen there is none beside it and a link opens a page of its own
function showEvidence(event) {
  const pane = document.querySelector("[data-evidence]");
  const chosen = event.target.closest(".evidence a");
  const link = chosen || event.target.closest("fieldset[data-criterion]")?.querySelector(".evidence a");
  if (!pane || !link || getComputedStyle(pane).display === "none") return;
  if (event.type === "click") {
    if (!chosen) return;
    event.preventDefault();
  }
  if (pane.dataset.shown === link.href) return;
  pane.dataset.shown = link.href;
  pane.src = link.href;
  document.querySelector("[data-evidence-title]").textContent = link.textContent;
}

if (form && bar) {
  // the producer's table waits in the phone while there is no network; see outbox.js
  const outbox = "waits" in form.dataset ? import("./outbox.js").catch(() => null) : null;
  form.addEventListener("change", (event) => { refresh(); askReason(event); });
  form.addEventListener("restored", refresh);
  form.addEventListener("keydown", choose);
  form.addEventListener("focusin", showEvidence);
  form.addEventListener("click", showEvidence);
  refresh();
  if ("tablet" in form.dataset) {
    const { begin } = await import("./tablet_sheet.js");
    await begin(form, say, bar.dataset);
    refresh();
  } else {
    savesItself(form, {
      say, words: bar.dataset, heard,
      lost: async () => (await outbox)?.keepForm(form), sent: async () => (await outbox)?.formSent(),
      ready: outbox?.then((found) => found?.ready),
    });
  }
}
