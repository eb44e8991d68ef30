// Before a session: the pages of the agenda, and as many cited papers as the chosen limit allows, are
// loaded onto the device, so that the council works without a network.
const box = document.querySelector("[data-pack]");
const say = (text) => { box.querySelector("[data-told]").textContent = text; };
const MEGABYTE = 1024 * 1024;
const AT_ONCE = 3;

// `loads` in a few lanes; the number that could not be had
async function load(addresses, one, seen) {
  const rest = [...addresses];
  let failed = 0, done = 0;
  const lane = async () => {
    while (rest.length) {
      const address = rest.shift();
      try { await one(address); } catch { failed += 1; }
      done += 1;
      seen(done);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return failed;
}

async function keep(name, address, again) {
  const cache = await caches.open(name);
  if (!again && await cache.match(address)) return;
  const answer = await fetch(address, { redirect: "error" });
  if (!answer.ok) throw new Error(String(answer.status));
  await cache.put(address, answer);
}

function within(papers, limit) {
  let left = limit * MEGABYTE;
  return papers.filter(({ size }) => {
    if (size > left) return false;
    left -= size;
    return true;
  });
}

async function prepare() {
  const { words } = { words: box.dataset };
  await navigator.serviceWorker.register(words.worker, { scope: words.scope });
  await navigator.storage?.persist?.();
  const pack = await (await fetch(words.pack)).json();
  const papers = within(pack.papers, Number(box.querySelector("select").value));
  const size = papers.reduce((sum, paper) => sum + paper.size, 0);
  const all = pack.files.length + pack.pages.length + papers.length;
  let before = 0;
  const seen = (done) => say(`${words.loading} ${before + done}/${all}`);
  let failed = await load(pack.files, (address) => keep("saola-files", address), seen);
  before += pack.files.length;
  failed += await load(pack.pages, (address) => keep("saola-pages", address, true), seen);
  before += pack.pages.length;
  failed += await load(papers.map(({ address }) => address), (a) => keep("saola-papers", a), seen);
  const left = pack.papers.length - papers.length;
  const told = words.ready.replace("{pages}", pack.pages.length).replace("{papers}", papers.length)
    .replace("{size}", (size / MEGABYTE).toFixed(1).replace(".", ","));
  say(failed ? `${words.failed} (${failed})` : left ? `${told} ${words.left.replace("{n}", left)}` : told);
  box.dataset.state = failed ? "failed" : "ready";
}

if (box && "serviceWorker" in navigator) {
  box.hidden = false;
  const kept = localStorage.getItem("saola-pack-limit");
  if (kept) box.querySelector("select").value = kept;
  box.querySelector("select").addEventListener("change", (event) => {
    localStorage.setItem("saola-pack-limit", event.target.value);
    prepare().catch(() => say(box.dataset.failed));
  });
  box.querySelector("button").addEventListener("click", () => prepare().catch(() => say(box.dataset.failed)));
  if (navigator.onLine) prepare().catch(() => say(box.dataset.failed));
}
