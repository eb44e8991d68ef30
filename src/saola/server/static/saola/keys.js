// Passkeys: a button makes one or asks for one, and sends what the device answered with its form.
const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
const known = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

// What the server asks, as the browser wants it.
function asked({ publicKey: told }) {
  const options = { ...told, challenge: bytes(told.challenge) };
  if (told.user) options.user = { ...told.user, id: bytes(told.user.id) };
  if (told.excludeCredentials) options.excludeCredentials = known(told.excludeCredentials);
  if (told.allowCredentials) options.allowCredentials = known(told.allowCredentials);
  return options;
}

// What the device answered, as the server reads it.
function answered(credential) {
  const response = {};
  for (const name of [
    "clientDataJSON",
    "attestationObject",
    "authenticatorData",
    "signature",
    "userHandle",
  ]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

async function options(button) {
  const { options: id, address } = button.dataset;
  if (id) return JSON.parse(document.getElementById(id).textContent);
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  return (await answer.json()).request_options;
}

async function use(button) {
  const publicKey = asked(await options(button));
  if (button.dataset.key === "get") return navigator.credentials.get({ publicKey });
  publicKey.authenticatorSelection = {
    ...publicKey.authenticatorSelection,
    residentKey: "required",
    requireResidentKey: true,
    userVerification: "required",
  };
  return navigator.credentials.create({ publicKey });
}

for (const button of document.querySelectorAll("button[data-key]")) {
  const form = button.form;
  const said = form.querySelector("[data-said]");
  if (!window.PublicKeyCredential) continue; // the block stays hidden: the password is the way
  form.hidden = false;
  button.addEventListener("click", async () => {
    said.textContent = "";
    button.setAttribute("aria-busy", "true");
    try {
      form.elements.credential.value = JSON.stringify(answered(await use(button)));
      form.submit();
    } catch {
      said.textContent = said.dataset.said;
      button.removeAttribute("aria-busy");
    }
  });
}
