// The board of a session keeps itself up to date: it asks every two seconds whether anything has changed
// and takes the new table when it has. Without this file the page shows how things stood.
const EVERY = 2000; // milliseconds
const board = document.querySelector("[data-board]");
let mark = "";

async function look() {
  if (document.hidden) return;
  const headers = { "X-Fragment": "1", ...(mark ? { "If-None-Match": mark } : {}) };
  const answer = await fetch(location.pathname, { headers, cache: "no-store", redirect: "error" });
  if (answer.status !== 200) return;
  mark = answer.headers.get("ETag");
  const at = document.activeElement?.getAttribute?.("href"); // who reads with the keyboard stays there
  board.innerHTML = await answer.text();
  if (at) board.querySelector(`a[href="${CSS.escape(at)}"]`)?.focus();
}

if (board) setInterval(() => look().catch(() => {}), EVERY);
