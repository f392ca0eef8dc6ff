package e2e

import (
	"context"
	"crypto/sha256"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/municipalitiesnet/munet/infra/local/npm"
)

// axe finds faults of accessibility in a page.
var axe = npm.Package{
	Name: "axe-core", Version: "4.14.1",
	Integrity: "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
}

// browser is a person who uses the keyboard only.
type browser struct {
	t    *testing.T
	site *site
	ctx  context.Context
	axe  string
}

// chromePath returns the path of a Chrome or Chromium, or "".
func chromePath() string {
	for _, name := range []string{os.Getenv("BROWSER_PATH"), "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if name == "" {
			continue
		}
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// chromium starts the browser that the tests share, for the first test that asks. Each test has
// windows of its own, which know nothing of the others' cookies.
var chromium = sync.OnceValues(func() (context.Context, error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromePath()), chromedp.DisableGPU, chromedp.WindowSize(1280, 900),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		// The headless shell has frames of other sites in the page's own process; browsers do not.
		chromedp.Flag("site-per-process", true), chromedp.Flag("enable-features", "NetworkServiceInProcess,IsolateSandboxedIframes"),
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium refuses its sandbox to root
	}
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, closeBrowser := chromedp.NewContext(ctx)
	quitChromium = func() { closeBrowser(); stop() }
	return ctx, chromedp.Do(ctx) // starts it; a deadline on this call would end the browser
})

// quitChromium ends the shared browser, if it was started.
var quitChromium = func() {}

// axeScript is the text of axe.
var axeScript = sync.OnceValues(func() (string, error) {
	folder, err := npm.Fetch(context.Background(), axe)
	if err != nil {
		return "", err
	}
	script, err := os.ReadFile(filepath.Join(folder, "axe.min.js"))
	return string(script), err
})

// browser opens a window for somebody who has not been here before.
func (s *site) browser(t *testing.T) *browser {
	t.Helper()
	if chromePath() == "" {
		if os.Getenv("BROWSER") == "required" {
			t.Fatal("there is no Chrome or Chromium, and BROWSER=required")
		}
		t.Skip("there is no Chrome or Chromium here; BROWSER_PATH may name one")
	}
	parent, err := chromium()
	if err != nil {
		t.Fatal(err)
	}
	return s.window(parent, t, chromedp.WithNewBrowserContext())
}

// tab opens another window of the same person.
func (b *browser) tab() *browser {
	b.t.Helper()
	return b.site.window(b.ctx, b.t)
}

func (s *site) window(parent context.Context, t *testing.T, options ...chromedp.ContextOption) *browser {
	t.Helper()
	script, err := axeScript()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := chromedp.NewContext(parent, options...)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(ctx, browserTime)
	t.Cleanup(cancel)
	return &browser{t: t, site: s, ctx: ctx, axe: script}
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatalf("%v\n%s", err, b.words())
	}
}

// evaluate returns the value of a JavaScript expression in the page.
func evaluate[T any](b *browser, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%v", err)
	}
	return v
}

// command runs a command of the DevTools protocol.
func command[P, R any](b *browser, c cdp.Command[P, R], params P) R {
	b.t.Helper()
	result, err := chromedp.Call(b.ctx, c, params)
	if err != nil {
		b.t.Fatal(err)
	}
	return result
}

// words is what the page says, for messages of failed tests.
func (b *browser) words() string {
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`location.pathname + "\n" + document.body.innerText`))
	if err != nil {
		return err.Error()
	}
	return text
}

// open goes to a path of the site and has axe look at it.
func (b *browser) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.site.URL + strings.TrimPrefix(path, b.site.URL)))
	b.check()
}

// structure is a JavaScript expression for all that axe looks at but words and addresses. The language is
// in it: whether two names differ, for one, depends on the words.
const structure = `document.documentElement.lang + innerWidth + [...document.querySelectorAll("*")].map(e => [e.tagName, e.textContent.trim() !== "",
	...[...e.attributes].map(a => a.name + (/^(href|src|action|content|value|lang|title|alt|placeholder|aria-label|datetime)$/.test(a.name) ? a.value !== "" : a.value))]).join()`

// faultless are the structures of pages in which axe found nothing. Many tests come by the same page, and axe takes
// most of their time.
var faultless sync.Map

// check fails the test if axe finds something on this page, unless it looked at one like it before.
func (b *browser) check() {
	b.t.Helper()
	b.do(chromedp.WaitReady("main"))
	page := sha256.Sum256([]byte(evaluate[string](b, structure)))
	if _, same := faultless.Load(page); same {
		return
	}
	faults := b.faults()
	for _, fault := range faults {
		b.t.Errorf("axe at %s: %s", b.path(), fault)
	}
	if len(faults) == 0 {
		faultless.Store(page, true)
	}
}

// faults are what axe finds on this page.
func (b *browser) faults() []string {
	b.t.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](b.axe))
	return evaluate[[]string](b, `axe.run(document, {iframes: false, resultTypes: ["violations"]}).then(r => r.violations.map(v =>
		v.id + ": " + v.help + ": " + v.nodes.map(n => n.target.join(" ")).join("; ")))`)
}

func (b *browser) path() string {
	b.t.Helper()
	return evaluate[string](b, `location.pathname`)
}

// sees fails the test unless the page shows all of these texts.
func (b *browser) sees(texts ...string) {
	b.t.Helper()
	words := b.words()
	for _, text := range texts {
		if !strings.Contains(words, text) {
			b.t.Fatalf("the page does not show %q:\n%s", text, words)
		}
	}
}

// tabTo presses Tab until what the selector names has the focus. It fails after as many steps as no
// page should need.
func (b *browser) tabTo(selector string) {
	b.t.Helper()
	for range 150 {
		b.do(chromedp.KeyEvent(kb.Tab))
		if evaluate[bool](b, "document.activeElement.matches(`"+selector+"`)") {
			return
		}
	}
	b.t.Fatalf("Tab does not reach %s:\n%s", selector, b.words())
}

// fill types into a field in place of what it has.
func (b *browser) fill(selector, text string) {
	b.t.Helper()
	b.tabTo(selector)
	evaluate[bool](b, `(document.activeElement.select?.(), true)`)
	b.do(chromedp.KeyEvent(text))
}

// pick chooses one of several radios by the arrow keys.
func (b *browser) pick(name, value string) {
	b.t.Helper()
	b.tabTo(`input[name="` + name + `"]`)
	b.do(chromedp.KeyEvent(" "))
	for range 20 {
		if evaluate[string](b, `document.querySelector('input[name="`+name+`"]:checked')?.value ?? ""`) == value {
			return
		}
		b.do(chromedp.KeyEvent(kb.ArrowDown))
	}
	b.t.Fatalf("the arrow keys do not reach %s of %s", value, name)
}

// tick presses the space bar on a checkbox.
func (b *browser) tick(selector string) {
	b.t.Helper()
	b.tabTo(selector)
	b.do(chromedp.KeyEvent(" "))
}

// press presses Enter on a link or button.
func (b *browser) press(selector string) {
	b.t.Helper()
	b.tabTo(selector)
	b.enter()
}

// enter presses Enter where the focus is, waits for the next page, and has axe look at it.
func (b *browser) enter() {
	b.t.Helper()
	if _, err := chromedp.RunResponse(b.ctx, chromedp.KeyEvent(kb.Enter)); err != nil {
		b.t.Fatalf("%v\n%s", err, b.words())
	}
	b.check()
}

// phoneWidth is the width, in CSS pixels, that every page must fit in (WCAG 2.1, 1.4.10).
const phoneWidth = 320

// phone makes the window as narrow as a small phone.
func (b *browser) phone() {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(phoneWidth, 640))
}

// fits fails the test if somebody with a small phone would have to scroll sideways.
func (b *browser) fits() {
	b.t.Helper()
	if wide := b.overflow(); wide != "" {
		b.t.Errorf("%s is wider than a phone of %d pixels: %s", b.path(), phoneWidth, wide)
	}
}

// overflow names what is wider than the phone, or is "".
func (b *browser) overflow() string {
	b.t.Helper()
	return evaluate[string](b, `document.documentElement.scrollWidth <= `+strconv.Itoa(phoneWidth)+` ? "" :
		document.documentElement.scrollWidth + " pixels: " + [...document.querySelectorAll("main *")]
			.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.outerHTML.slice(0, 100)).join("\n")`)
}
