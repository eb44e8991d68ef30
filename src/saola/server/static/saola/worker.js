// Pages that were met once, or loaded before a session, open without a network; files keep their hashed
// names, papers do not change under their address.
const PAGES = "saola-pages";
const PAPERS = "saola-papers";
const FILES = "saola-files";
const PATIENCE = 6000; // milliseconds for a page before its copy is shown

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function file(request) {
  const cache = await caches.open(FILES);
  const kept = await cache.match(request);
  if (kept) return kept;
  const fresh = await fetch(request);
  if (fresh.ok) await cache.put(request, fresh.clone());
  return fresh;
}

async function paper(request) {
  return await (await caches.open(PAPERS)).match(new URL(request.url).pathname);
}

async function picture(request) {
  return await paper(request) ?? fetch(request);
}

async function fromNetwork(request) {
  const fresh = await fetch(request);
  const html = (fresh.headers.get("Content-Type") || "").startsWith("text/html");
  if (fresh.ok && !fresh.redirected && html) {
    await (await caches.open(PAGES)).put(new URL(request.url).pathname, fresh.clone());
  }
  return fresh;
}

async function page(request) {
  const stored = await paper(request);
  if (stored) return stored;
  const kept = await (await caches.open(PAGES)).match(new URL(request.url).pathname);
  const network = fromNetwork(request);
  if (!kept) return network;
  const late = new Promise((done) => { setTimeout(() => done(kept), PATIENCE); });
  return Promise.race([network.catch(() => kept), late]);
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(file(event.request));
  else if (event.request.mode === "navigate") event.respondWith(page(event.request));
  else if (event.request.destination === "image") event.respondWith(picture(event.request));
});
