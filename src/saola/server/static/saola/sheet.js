// The running total of a score sheet while it is filled in, digits as keys, and a word before leaving.
// The server's sum counts; without this file the form works as it is.
const form = document.querySelector("form[data-sheet]");
const bar = document.querySelector("[data-sheet-bar]");
let unsaved = false;

function refresh() {
  let total = 0, done = 0;
  for (const chosen of form.querySelectorAll("input[type=radio]:checked")) {
    total += Number(chosen.dataset.points);
    done += 1;
  }
  bar.querySelector("[data-total]").textContent = total;
  bar.querySelector("[data-done]").textContent = done;
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

if (form && bar) {
  form.addEventListener("change", () => { unsaved = true; refresh(); });
  form.addEventListener("input", () => { unsaved = true; });
  form.addEventListener("keydown", choose);
  form.addEventListener("submit", () => { unsaved = false; });
  window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
  refresh();
}
