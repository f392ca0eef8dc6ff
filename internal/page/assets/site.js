// Enhancements only: every page works without this file.
"use strict";

// Lengths are counted as the server counts them: in characters, not in UTF-16 units.
const length = (text) => [...text.replace(/\r\n?/g, "\n")].length;

for (const count of document.querySelectorAll("[data-count-of]")) {
  const field = document.getElementById(count.dataset.countOf);
  const limit = Number(field.dataset.limit);
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const show = () => {
    const now = length(field.value);
    count.textContent = `${number.format(now)} / ${number.format(limit)}`;
    count.classList.toggle("over", now > limit);
  };
  field.addEventListener("input", show);
  show();
}

// A form is sent once. Coming back with the browser's history makes its buttons work again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented || event.submitter?.formTarget) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "true";
  event.submitter?.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
});

// Refused forms begin at the summary of what was refused.
document.querySelector("[data-focus]")?.focus();

// A menu closes with Escape and when something else is used.
for (const menu of document.querySelectorAll("details[data-menu]")) {
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

// What is under way is looked at again every few seconds, and the whole page once it is done.
const refresh = async (part) => {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(answer.statusText);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = page.getElementById(part.id);
  if (!now?.dataset.refresh) {
    location.reload();
    return;
  }
  for (const open of part.querySelectorAll("details[open]")) now.querySelector(`#${open.id}`)?.setAttribute("open", "");
  part.replaceWith(now);
  wait(now);
};
const wait = (part) => {
  const seconds = Number(part.dataset.refresh);
  setTimeout(() => refresh(part).catch(() => wait(part)), seconds * 1000);
};
for (const part of document.querySelectorAll("[data-refresh]")) wait(part);

// The address of a page is copied by a button, where the browser can.
for (const button of navigator.clipboard ? document.querySelectorAll("[data-copy]") : []) {
  button.closest("[data-copy-row]").hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.copied;
  });
}
