package e2e

import (
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// frames are the frames of the page that show one of our pages, by its path.
func (b *browser) frames(path string) []*target.Info {
	b.t.Helper()
	all, err := chromedp.Targets(b.ctx)
	if err != nil {
		b.t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(one *target.Info) bool {
		return one.Type != "iframe" || !strings.HasPrefix(one.URL, b.site.URL+path)
	})
}

// framed reports whether a frame of the page, which has been loaded, shows a page of ours. In place of
// one that may not be shown the browser puts a page of its own, under the same address.
func (b *browser) framed(path string) bool {
	b.t.Helper()
	frames := b.frames(path)
	if len(frames) == 0 {
		b.t.Fatalf("there is no frame with %s", path)
	}
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithTargetID(frames[0].TargetID))
	b.t.Cleanup(cancel)
	f := &browser{t: b.t, site: b.site, ctx: ctx, axe: b.axe}
	return evaluate[string](f, "location.protocol") != "chrome-error:"
}

// frame is what a person sees in a frame of the page.
func (b *browser) frame(path string) *browser {
	b.t.Helper()
	var found []*target.Info
	for end := time.Now().Add(10 * time.Second); len(found) == 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			b.t.Fatalf("there is no frame with %s", path)
		}
		found = b.frames(path)
	}
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithTargetID(found[0].TargetID))
	b.t.Cleanup(cancel)
	f := &browser{t: b.t, site: b.site, ctx: ctx, axe: b.axe}
	f.until(`document.readyState === "complete"`, "the frame is not loaded")
	return f
}

// until waits for something to become true.
func (b *browser) until(expression, otherwise string) {
	b.t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if is, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](expression)); err == nil && is {
			return
		}
		if time.Now().After(end) {
			b.t.Fatalf("%s\n%s", otherwise, b.words())
		}
	}
}

// set gives a field of the form its value.
func (b *browser) set(field, value string) {
	b.t.Helper()
	evaluate[bool](b, `(document.querySelector('[name="`+field+`"]').value = "`+value+`", true)`)
}

// send presses the button of the form and waits for the answer, in the same place.
func (b *browser) send() {
	b.t.Helper()
	evaluate[bool](b, `(window.before = true, document.querySelector("main form button").click(), true)`)
	b.until(`!window.before && document.readyState === "complete"`, "the form has no answer")
}
