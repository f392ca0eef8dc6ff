package e2e

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/municipalitiesnet/munet/infra/local/ses"
	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// TestBrowserNewsletters has axe look at every page about a newsletter, in each state that a newsletter can
// have.
func TestBrowserNewsletters(t *testing.T) {
	s := start(t)
	b := s.browser(t)
	b.phone()
	b.open("/sign-in")
	b.signIn(coordinator)
	s.enrol(t, 3)
	c := s.visitor(t)
	c.signIn(coordinator)

	id := c.draft("What is new", "Τα νέα μας")
	path := "/desk/newsletters/" + id
	for _, page := range []string{"", "/texts/en", "/texts/el", "/preview/en", "/preview/el", "/audience", "/send"} {
		b.looksAt(path + page)
	}
	c.schedule(id, url.Values{
		"moment": {"later"}, "zone": {"brussels"}, "time": {"09:30"},
		"date": {time.Now().AddDate(0, 1, 0).Format(time.DateOnly)},
	})
	b.sends(id, "Scheduled")
	b.looksAt(path + "/cancel")

	id = c.newsletter("On its way", "Στον δρόμο")
	path = "/desk/newsletters/" + id
	// The first message meets the daily quota: the newsletter is on its way, and waits.
	s.SetFaults(ses.Faults{DailyQuota: ses.Fault{Probability: 1}})
	t.Cleanup(func() { s.SetFaults(ses.Faults{}) })
	s.invoke(t, "DisseminationFunction")
	b.sends(id, "Being sent")
	c.send(path+"/pause", nil)
	c.sees()
	b.sends(id, "Paused")
	b.looksAt(path + "/stop")
	c.send(path+"/resume", nil)
	c.sees()
	// One is refused, of one nobody knows.
	s.change(t, id, "REMOVE parked", nil)
	s.SetFaults(ses.Faults{
		Reject: ses.Fault{Probability: 1, To: "m0" + crowdDomain},
		Drop:   ses.Fault{Probability: 1, To: "m1" + crowdDomain}, LoseEvents: ses.Fault{Probability: 1, To: "m1" + crowdDomain},
	})
	s.sendAll(t, id)
	b.sends(id, "Refused: the email service does not accept this email")
	// Events have had their time to tell more.
	s.change(t, id, "SET finished = :past", dynamo.Item{":past": dynamo.S("2000-01-01T00:00:00.000Z")})
	b.looksAt(path + "/again")
	b.looksAt(path + "/report")
	b.looksAt("/newsletters/" + id)
}

// sends opens the page on which the sending of a newsletter is watched, and expects it to say something.
func (b *browser) sends(id, text string) {
	b.t.Helper()
	path := "/desk/newsletters/" + id + "/progress"
	b.looksAt(path)
	b.do(chromedp.Navigate(b.site.URL + withLanguage(path, "en")))
	b.sees(text)
}

// change lets happen in a campaign what only time does.
func (s *site) change(t *testing.T, campaign, expression string, values dynamo.Item) {
	t.Helper()
	_, err := s.DynamoDB().UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: aws.String(s.Tables["DeliveriesTable"]), Key: dynamo.Key(campaign, "campaign"),
		UpdateExpression: &expression, ExpressionAttributeValues: values,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestBrowserComposer writes a newsletter by keyboard and sees it change as it is typed.
func TestBrowserComposer(t *testing.T) {
	s := start(t)
	b := s.browser(t)
	b.open("/sign-in")
	b.signIn(coordinator)
	b.open("/desk/newsletters/new")
	b.press(`form button.button`)
	text := b.path()
	b.fill(`[name="subject"]`, "Seen while it is typed")
	b.fill(`[name="body"]`, "## Housing\n\nOne call.\n\n## Schools\n\nTwo calls.")
	evaluate[bool](b, `(window.samePage = true)`)
	b.previews(`document.body.innerText.includes("Two calls.")`)
	b.do(chromedp.KeyEvent(" And a third."))
	b.previews(`document.body.innerText.includes("And a third.")`)
	light := previewed[string](b, `getComputedStyle(document.body).backgroundColor`)
	for _, view := range [][2]string{
		{"narrow", `getComputedStyle(document.documentElement).maxWidth === "320px"`},
		{"dark", `getComputedStyle(document.body).backgroundColor !== "` + light + `"`},
		{"text", `document.contentType === "text/plain" && document.body.innerText.includes("And a third.")`},
		{"wide", `getComputedStyle(document.body).backgroundColor === "` + light + `"`},
	} {
		b.tabTo(`button[value="` + view[0] + `"]`)
		b.do(chromedp.KeyEvent(kb.Enter))
		b.previews(view[1])
	}
	b.tabTo(`button[value="insert:bold"]`)
	b.do(chromedp.KeyEvent(kb.Enter))
	b.previews(`document.querySelector("strong")?.innerText === "important words"`)
	if !evaluate[bool](b, `window.samePage === true && document.activeElement.name === "body"`) {
		t.Error("the page was loaded again, or the cursor left the text")
	}

	b.press(`[name="subject"]`) // Enter saves
	b.sees("Your changes are saved")
	b.open(text)
	b.press(`button[value="up:1"]`)
	b.sees("It is not saved yet")
	if body := evaluate[string](b, `document.querySelector("textarea").value`); !strings.HasPrefix(body, "## Schools") {
		t.Errorf("moved up, the second section is not the first:\n%s", body)
	}
	b.previews(`[...document.querySelectorAll("h2")].map(h => h.innerText).join() === "Schools,Housing"`)
}

// TestComposerWithoutJavaScript presses the same buttons where no script runs: the form comes back.
func TestComposerWithoutJavaScript(t *testing.T) {
	s := start(t)
	c := s.visitor(t)
	c.signIn(coordinator)
	path := "/desk/newsletters/" + c.draft("By hand", "Με το χέρι") + "/texts/en"
	form := url.Values{"version": {"1"}, "subject": {"By hand"}, "body": {"## Housing\n\nOne call.\n\n## Schools\n\nTwo calls."}}
	act := func(button string) {
		t.Helper()
		form.Set("act", button)
		c.send(path, form)
		c.sees("It is not saved yet")
		form.Set("body", c.find(`(?s)<textarea[^>]*>(.*?)</textarea>`))
	}
	act("insert:bold")
	act("up:1")
	if body := strings.TrimSpace(form.Get("body")); !strings.HasPrefix(body, "## Schools") || !strings.Contains(body, "**important words**") {
		t.Errorf("the text came back as\n%s", body)
	}
	form.Set("view", "text")
	c.send(strings.Replace(path, "/texts/en", "/preview/en/mail", 1), form)
	c.sees("Two calls.")
}

// previews waits until an expression is true in the live preview.
func (b *browser) previews(expression string) {
	b.t.Helper()
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if found, ok := inPreview[bool](b, expression); ok && found {
			return
		}
	}
	words, _ := inPreview[string](b, `document.documentElement.outerHTML`)
	b.t.Fatalf("the preview never had %s:\n%s", expression, words)
}

// previewed returns the value of an expression in the live preview.
func previewed[T any](b *browser, expression string) T {
	b.t.Helper()
	v, ok := inPreview[T](b, expression)
	if !ok {
		b.t.Fatal("there is no preview")
	}
	return v
}

// inPreview returns the value of an expression in the frame of the live preview, if there is one: each
// look is a new frame. A sandboxed frame is a target of its own.
func inPreview[T any](b *browser, expression string) (T, bool) {
	b.t.Helper()
	var none T
	targets, err := chromedp.Targets(b.ctx)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, frame := range targets {
		if frame.Type != "iframe" || !strings.HasSuffix(frame.URL, "/mail") {
			continue
		}
		ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithTargetID(frame.TargetID), chromedp.WithDetachOnCancel())
		v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
		cancel()
		if err == nil {
			return v, true
		}
	}
	return none, false
}
