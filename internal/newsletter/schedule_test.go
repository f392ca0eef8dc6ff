package newsletter

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/language"
)

func TestSendingTwiceSendsOnce(t *testing.T) {
	o := newOffice(t)
	o.member("anna@pafos.example", "en", every)
	path := o.write(Monthly, "en", both)
	form := o.immediately(path)
	var group sync.WaitGroup
	for range 5 {
		group.Go(func() {
			if at := o.submit(path+"/send", form); !strings.HasPrefix(at, path+"/progress") {
				t.Errorf("it leads to %q", at)
			}
		})
	}
	group.Wait()
	o.deliver()
	if n := len(o.post.mails["anna@pafos.example"]); n != 1 {
		t.Errorf("she got %d mails", n)
	}
	entries, err := o.client.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String(o.tables["AuditTable"])})
	if err != nil || len(entries.Items) != 1 {
		t.Errorf("%d audit entries (%v), want 1", len(entries.Items), err)
	}
}

func TestNobodySendsWhatTheyHaveNotSeen(t *testing.T) {
	o := newOffice(t)
	path := o.write(Monthly, "en", both)
	version := o.version(path + "/send")
	o.submit(path+"/texts/el", url.Values{"subject": {"Άλλο"}, "body": {"Άλλο"}, "version": {"1"}})
	page := o.refused(http.StatusConflict, path+"/send", url.Values{"moment": {"now"}, "version": {version}, "number": {o.reached(path)}})
	if !strings.Contains(page, "has changed this newsletter") || strings.Contains(page, `value="`+version+`"`) {
		t.Errorf("the page says\n%s", page)
	}
	o.submit(path+"/send", o.immediately(path))
}

func TestAnIncompleteNewsletterIsNotSent(t *testing.T) {
	o := newOffice(t)
	path := o.write(Monthly, "en", map[language.Tag]Text{"el": greek})
	if page := o.open(path + "/send"); !strings.Contains(page, "the main language (English) is missing") {
		t.Errorf("the page says\n%s", page)
	}
	o.refused(http.StatusConflict, path+"/send", url.Values{"moment": {"now"}, "version": {"2"}})
}

func TestSchedulingAndCancelling(t *testing.T) {
	o := newOffice(t)
	o.member("anna@pafos.example", "en", every)
	path := o.write(Monthly, "en", both)
	for range 2 { // a cancelled newsletter can be scheduled again
		version := o.version(path + "/send")
		page := o.refused(http.StatusUnprocessableEntity, path+"/send",
			url.Values{"moment": {"later"}, "zone": {"brussels"}, "date": {"2027-03-14"}, "time": {"16:59"}, "version": {version}, "number": {o.reached(path)}})
		if !strings.Contains(page, "has passed") || !strings.Contains(page, `value="16:59"`) {
			t.Errorf("the page for a time that has passed is\n%s", page)
		}
		o.submit(path+"/send", url.Values{"moment": {"later"}, "zone": {"brussels"}, "date": {"2027-03-15"}, "time": {"09:00"}, "version": {version}, "number": {o.reached(path)}})
		if page := o.open(path + "/progress"); !strings.Contains(page, "It waits until 15 March 2027, 09:00 Brussels time") {
			t.Errorf("the progress says\n%s", page)
		}
		if o.deliver(); len(o.post.mails) != 0 {
			t.Fatal("it was sent before its time")
		}
		o.open(path + "/cancel")
		if at := o.submit(path+"/cancel", nil); at != path+"?done=cancelled" {
			t.Errorf("cancelling leads to %q", at)
		}
	}
	o.mu.Lock()
	o.clock = o.clock.Add(48 * time.Hour)
	o.mu.Unlock()
	if o.deliver(); len(o.post.mails) != 0 {
		t.Fatal("a cancelled newsletter was sent")
	}
	o.submit(path+"/send", o.immediately(path))
	o.deliver()
	if n := len(o.post.mails["anna@pafos.example"]); n != 1 {
		t.Errorf("the third time she got %d mails", n)
	}
}

func TestProgressNamesWhoIsUncertain(t *testing.T) {
	o := newOffice(t)
	anna := o.member("anna@pafos.example", "en", every)
	path := o.write(Monthly, "en", both)
	o.submit(path+"/send", o.immediately(path))
	// The mail service accepts and does not answer.
	engine := &dissemination.Engine{
		Store: o.Ledger, Send: silently(o.Sender), Quota: o.Sender.Quota, Log: o.Service.Log,
		Kinds: map[string]dissemination.Kind{CampaignKind: (&Bulk{Newsletters: o.Newsletters, Members: o.Members, Suppressions: o.suppressions, Layout: o.Layout}).Kind()},
	}
	if _, err := engine.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	page := o.open(path + "/progress")
	for _, want := range []string{anna.Name, "Organisation of anna@pafos.example", "Uncertain", "not sent again by itself"} {
		if !strings.Contains(page, want) {
			t.Errorf("the progress lacks %q:\n%s", want, page)
		}
	}
}
