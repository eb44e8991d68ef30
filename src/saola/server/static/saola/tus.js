// One file goes up in parts (tus 1.0.0) and goes on where it stood after a lost network.
const PART = 512 * 1024;
const PATIENCE = [1000, 2000, 5000, 10_000, 20_000]; // milliseconds between tries

const LATER = new Set([401, 403, 408, 423, 429]); // refusals that pass

export class Refusal extends Error {}

const encoded = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

async function patiently(step, say, words) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await step();
    } catch (fault) {
      if (fault instanceof Refusal) throw fault;
      say(words.waiting);
      await new Promise((done) => {
        setTimeout(done, PATIENCE[Math.min(attempt, PATIENCE.length - 1)]);
        window.addEventListener("online", done, { once: true });
      });
    }
  }
}

async function ask(address, options) {
  const answer = await fetch(address, options);
  if (answer.status >= 500 || LATER.has(answer.status)) throw new Error(String(answer.status));
  if (answer.status === 409 && answer.headers.has("Upload-Offset")) return answer;
  if (!answer.ok) throw new Refusal(await answer.text());
  return answer;
}

// throws a Refusal with the server's sentence; waits through everything else
export async function sendFile(create, file, id, token, say, words) {
  const headers = (more) => ({ "Tus-Resumable": "1.0.0", "X-CSRFToken": token(), ...more });
  const metadata = `id ${encoded(id)},filename ${encoded(file.name)}`;
  const made = await patiently(() => ask(create, {
    method: "POST",
    headers: headers({ "Upload-Length": String(file.size), "Upload-Metadata": metadata }),
  }), say, words);
  const address = made.headers.get("Location");
  let at = 0;
  while (at < file.size) {
    at = await patiently(async () => {
      const here = await ask(address, { method: "HEAD", headers: headers() });
      const from = Number(here.headers.get("Upload-Offset"));
      if (from >= file.size) return from;
      const answer = await ask(address, {
        method: "PATCH",
        headers: headers({
          "Upload-Offset": String(from),
          "Content-Type": "application/offset+octet-stream",
        }),
        body: file.slice(from, from + PART),
      });
      return Number(answer.headers.get("Upload-Offset"));
    }, say, words);
    say(`${words.sending} ${file.name}: ${Math.floor((100 * at) / file.size)} %`);
  }
}
