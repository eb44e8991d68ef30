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

// as many papers as the limit allows, in their order; how many, how many bytes, how many could not be had
async function keepPapers(addresses, limit, seen) {
  const cache = await caches.open("saola-papers");
  let bytes = 0, kept = 0;
  const failed = await load(addresses, async (address) => {
    if (bytes >= limit) return;
    await keep("saola-papers", address);
    const answer = await cache.match(address);
    bytes += Number(answer.headers.get("Content-Length")) || (await answer.blob()).size;
    kept += 1;
  }, seen);
  return { bytes, kept, failed };
}

async function prepare() {
  const { words } = { words: box.dataset };
  await navigator.serviceWorker.register(words.worker, { scope: words.scope });
  await navigator.storage?.persist?.();
  const pack = await (await fetch(words.pack)).json();
  const papers = [...pack.cited, ...pack.others];
  const limit = Number(box.querySelector("select").value) * MEGABYTE;
  const all = pack.files.length + pack.pages.length + papers.length;
  let before = 0;
  const seen = (done) => say(`${words.loading} ${before + done}/${all}`);
  let failed = await load(pack.files, (address) => keep("saola-files", address), seen);
  before += pack.files.length;
  failed += await load(pack.pages, (address) => keep("saola-pages", address, true), seen);
  before += pack.pages.length;
  const had = await keepPapers(papers, limit, seen);
  failed += had.failed;
  const left = papers.length - had.kept - had.failed;
  const told = words.ready.replace("{pages}", pack.pages.length).replace("{papers}", had.kept)
    .replace("{size}", (had.bytes / MEGABYTE).toFixed(1).replace(".", ","));
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
