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
const views = form.querySelectorAll("button[formtarget]");
let chosen = views[0];
const look = () => {
  for (const view of views) view.setAttribute("aria-pressed", view === chosen);
  const frame = document.getElementsByName(chosen.formTarget)[0];
  frame.replaceWith(frame.cloneNode());
  form.requestSubmit(chosen);
};
for (const view of views) {
  view.addEventListener("click", (event) => {
    event.preventDefault();
    chosen = view;
    look();
  });
}
let timer;
form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(look, 800);
});
look();
