// Passkeys exist only with this file; the page's other ways to confirm work without it. A form with
// data-passkey asks the server for a challenge, has the browser answer it, and is sent with the answer.
"use strict";
{
  const decode = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const encode = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

  // What the server writes in base64url is bytes for the browser.
  const known = (list) => (list ?? []).map((one) => ({ ...one, id: decode(one.id) }));
  const ask = {
    create: (options) =>
      navigator.credentials.create({
        publicKey: {
          ...options,
          challenge: decode(options.challenge),
          user: { ...options.user, id: decode(options.user.id) },
          excludeCredentials: known(options.excludeCredentials),
        },
      }),
    get: (options) =>
      navigator.credentials.get({
        publicKey: { ...options, challenge: decode(options.challenge), allowCredentials: known(options.allowCredentials) },
      }),
  };

  const answer = (credential) => {
    const response = { clientDataJSON: encode(credential.response.clientDataJSON) };
    for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[part]) response[part] = encode(credential.response[part]);
    }
    if (credential.response.getTransports) response.transports = credential.response.getTransports();
    return JSON.stringify({
      id: credential.id,
      rawId: encode(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
      clientExtensionResults: credential.getClientExtensionResults(),
      response,
    });
  };

  const send = async (form) => {
    const challenge = await fetch(form.dataset.challenge, { method: "POST" });
    if (!challenge.ok) throw new Error(challenge.statusText);
    const { publicKey } = await challenge.json();
    form.elements.credential.value = answer(await ask[form.dataset.passkey](publicKey));
    form.submit();
  };

  for (const form of window.PublicKeyCredential ? document.querySelectorAll("[data-passkey]") : []) {
    const failed = document.getElementById(form.dataset.failed);
    form.hidden = false;
    for (const other of document.querySelectorAll("[data-no-passkey]")) other.hidden = true;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      failed.hidden = true;
      try {
        await send(form);
      } catch (error) {
        console.warn(error);
        failed.hidden = false;
        failed.focus();
      }
    });
  }
}
