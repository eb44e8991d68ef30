// Results as one types: the same page is asked for its results alone. Without it the form is sent.
const PAUSE = 200; // ms after the last key
for (const form of document.querySelectorAll("form[data-live]")) {
  const shown = document.getElementById(form.dataset.live);
  let waiting = 0;
  let asked = null;
  const ask = async () => {
    const told = [...new FormData(form)].filter(([, value]) => value);
    const query = new URLSearchParams(told).toString();
    const address = query ? `?${query}` : location.pathname;
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(address, { headers: { "X-Part": "1" }, signal: asked.signal });
      if (!answer.ok) return;
      shown.innerHTML = await answer.text();
      history.replaceState(null, "", address);
    } catch {
      // no network, or asked again meanwhile: what is shown stays, the button still works
    }
  };
  // a province brings its own communes to choose from: the page itself comes anew
  form.querySelector("[data-anew]")?.addEventListener("change", () => { form.requestSubmit(); });
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE);
  });
}
