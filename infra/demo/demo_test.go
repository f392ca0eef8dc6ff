package demo

import (
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/newsletter"
	"github.com/municipalitiesnet/munet/internal/practice"
)

func TestFillOnce(t *testing.T) {
	client, tables := emulator.Tables(t, "MembersTable", "NewslettersTable", "DeliveriesTable", "PracticesTable", "CallsTable")
	store := members.NewStore(client, tables["MembersTable"], time.Now)
	for range 2 {
		if err := Fill(t.Context(), client, tables, "desk@munet.example"); err != nil {
			t.Fatal(err)
		}
	}
	want := map[members.State]int{members.Member: 33, members.AwaitingApproval: 3, members.Suspended: 1, members.Declined: 1}
	for state, n := range want {
		if got := count(t, store, state); got != n {
			t.Errorf("%d organisations are %s, want %d", got, state, n)
		}
	}
	for _, o := range organisations {
		a := (&network{clock: &clock{}}).application(o, o.person, o.address())
		if fields := append(a.Profile.Validate(""), a.Contact.Validate("")...); len(fields) > 0 {
			t.Errorf("%s would be refused: %+v", o.name, fields)
		}
	}
	checkNewsletters(t, newsletter.NewStore(client, tables["NewslettersTable"], time.Now),
		dissemination.NewStore(client, tables["DeliveriesTable"], time.Now))
	practices := practice.NewStore(client, tables["PracticesTable"], time.Now)
	checkLibrary(t, practices)
	if all, _, err := practices.Followers(t.Context(), "", 10); err != nil || len(all) != len(followers) {
		t.Errorf("%d follow themes, want %d; %v", len(all), len(followers), err)
	}
}

func count(t *testing.T, store *members.Store, state members.State) (n int) {
	t.Helper()
	for cursor := ""; ; {
		page, next, err := store.Organisations(t.Context(), members.Filter{State: state}, cursor)
		if err != nil {
			t.Fatal(err)
		}
		n += len(page)
		if cursor = next; cursor == "" {
			return n
		}
	}
}

// checkNewsletters expects a draft, and an issue of which the report is finished, with something to
// look at.
func checkNewsletters(t *testing.T, store *newsletter.Store, ledger *dissemination.Store) {
	t.Helper()
	list, _, err := store.List(t.Context(), "")
	if err != nil || len(list) != 2 || list[0].State != newsletter.Draft || list[1].State != newsletter.Scheduled {
		t.Fatalf("newsletters: %+v, %v", list, err)
	}
	report, err := ledger.Report(t.Context(), list[1].Campaign(), 10)
	want := dissemination.Counts{Sent: 32, Failed: 1, Unknown: 1}
	if err != nil || report.State != dissemination.Done || report.Counts != want {
		t.Errorf("the report says %s %+v, want %+v; %v", report.State, report.Counts, want, err)
	}
	for _, n := range list {
		_, texts, err := store.Newsletter(t.Context(), n.ID)
		if err != nil || len(texts) != 2 {
			t.Errorf("%s has %d texts: %v", n.Title("en"), len(texts), err)
		}
		for tag, text := range texts {
			if fields := text.Validate(); len(fields) > 0 {
				t.Errorf("%s in %s would be refused: %+v", n.Title("en"), tag, fields)
			}
		}
	}
}
