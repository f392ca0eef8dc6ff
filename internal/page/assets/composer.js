// Where texts in Markdown are written: the toolbar acts at the cursor, and the preview follows what
// is typed. Without this file the same buttons post the form.
"use strict";

const form = document.querySelector("[data-composer]");
const body = form.querySelector("textarea");

for (const button of form.querySelectorAll("button[data-before]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const { before, after, example, block } = button.dataset;
    const { selectionStart: start, selectionEnd: end, value } = body;
    const words = value.slice(start, end) || example;
    const gap = block && start > 0 && !value.slice(0, start).endsWith("\n\n") ? "\n\n".slice(value.slice(0, start).endsWith("\n") ? 1 : 0) : "";
    body.focus();
    body.setRangeText(gap + before + words + after, start, end, "end");
    // What was an example is selected, to be typed over.
    const from = start + gap.length + before.length;
    body.setSelectionRange(from, from + words.length);
    body.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

// Each look goes into a new frame: what a frame shows first leaves no trace in the browser's history.
let chosen = form.querySelector("button[formtarget]");
const look = () => {
  const frame = document.getElementsByName(chosen.formTarget)[0];
  const next = frame.cloneNode();
  next.removeAttribute("src");
  frame.replaceWith(next);
  form.requestSubmit(chosen);
};
form.addEventListener("click", (event) => {
  const button = event.target.closest("button[formtarget]");
  if (!button || event.detail === 0 && !event.isTrusted) return;
  chosen = button;
});
let timer;
form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(look, 800);
});
look();
