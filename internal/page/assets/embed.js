// In a frame of another website: tells the page around it how high this one is, so that it need not
// scroll. Only pages of the listed origins are told.
"use strict";

if (parent !== window) {
  const listed = [location.origin, ...document.body.dataset.origins.split(" ").filter(Boolean)];
  // Where the browser does not say who is around us, each of the list is tried: it hears what is for it.
  const around = location.ancestorOrigins?.[0];
  const told = around ? listed.filter((origin) => origin === around) : listed;
  new ResizeObserver(() => {
    for (const origin of told) parent.postMessage({ munetHeight: document.documentElement.offsetHeight }, origin);
  }).observe(document.documentElement);
}
