// Passkeys: hands the server's question to the browser, and the browser's answer back in a form.
const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const listed = (known) => (known ?? []).map((each) => ({ ...each, id: bytes(each.id) }));

async function make(question) {
  const publicKey = {
    ...question,
    challenge: bytes(question.challenge),
    user: { ...question.user, id: bytes(question.user.id) },
    excludeCredentials: listed(question.excludeCredentials),
  };
  const { response, ...key } = parts(await navigator.credentials.create({ publicKey }));
  const { clientDataJSON, attestationObject } = response;
  return { ...key, response: { clientDataJSON: text(clientDataJSON), attestationObject: text(attestationObject) } };
}

async function use(question) {
  const publicKey = { ...question, challenge: bytes(question.challenge), allowCredentials: [] };
  const { response, ...key } = parts(await navigator.credentials.get({ publicKey }));
  const { clientDataJSON, authenticatorData, signature, userHandle } = response;
  return {
    ...key,
    response: {
      clientDataJSON: text(clientDataJSON),
      authenticatorData: text(authenticatorData),
      signature: text(signature),
      userHandle: userHandle ? text(userHandle) : null,
    },
  };
}

const parts = (key) => ({ id: key.id, rawId: text(key.rawId), type: key.type, response: key.response });

async function asked(address) {
  const answer = await fetch(address, { method: "POST" });
  if (!answer.ok) throw new Error("not asked");
  return answer.json();
}

const WORDS = {
  NotAllowedError: "Nothing was done: the device was not unlocked, has no passkey for this page, or was asked to stop.",
  InvalidStateError: "This device has a passkey of yours for this page already. Nothing was added.",
  SecurityError: "Your browser allows no passkeys at this address.",
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const { passkey, question, origin } = form.dataset;
  const says = form.querySelector("[data-says]");
  const fit = window.PublicKeyCredential && navigator.credentials && window.isSecureContext;
  if (fit && location.origin === origin) {
    if (question) says.textContent = "";
    form.hidden = false;
  } else if (question && location.origin !== origin) {
    says.textContent = `Passkeys work at ${origin} only. Open the dashboard there.`;
  }
  let busy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!fit || location.origin !== origin || busy) return;
    busy = true;
    says.textContent = "";
    try {
      const answer = question ? await make(JSON.parse(question)) : await use(await asked(passkey));
      form.elements.answer.value = JSON.stringify(answer);
      form.submit();
    } catch (error) {
      says.textContent = WORDS[error.name] ?? "That did not work. Please load the page again.";
    }
    busy = false;
  });
}
