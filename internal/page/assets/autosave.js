// Saves a long form now and then, and before the page is left. Without this file the form's buttons
// save.
"use strict";

const form = document.querySelector("[data-autosave]");
const told = document.getElementById("autosave");
const every = 20_000; // milliseconds after something was typed
const keepalive = 60_000; // bytes that a browser still sends when the page is gone

let changed = false;
let saving = null;
let timer;

const content = () => {
  const values = new URLSearchParams(new FormData(form));
  values.set("act", "autosave");
  return values;
};

const save = async () => {
  clearTimeout(timer);
  const values = content();
  changed = false;
  let message = form.dataset.failed;
  let again = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: values, keepalive: values.toString().length < keepalive });
    again = answer.status >= 500;
    if (answer.status === 401) {
      message = form.dataset.ended;
    } else if ((answer.headers.get("Content-Type") ?? "").startsWith("application/json")) {
      const result = await answer.json();
      message = result.message;
      for (const [field, was] of Object.entries(result.was ?? {})) form.elements[`was.${field}`].value = was;
    }
  } catch {
    // No network: what was typed is still here.
  }
  told.textContent = message;
  if (again) later();
};

const later = () => {
  changed = true;
  clearTimeout(timer);
  timer = setTimeout(start, every);
};
// One at a time, so that the page never meets its own saving as somebody else's.
const start = () => {
  saving ??= save().finally(() => { saving = null; });
  return saving;
};

form.addEventListener("input", later);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden" && changed) start();
});
form.addEventListener("submit", (event) => {
  clearTimeout(timer);
  if (!saving) {
    changed = false;
    return;
  }
  event.preventDefault();
  saving.then(() => form.requestSubmit(event.submitter));
});
