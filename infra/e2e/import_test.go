package e2e

import (
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/cloud"
	"github.com/municipalitiesnet/munet/infra/local/portal"
	"github.com/municipalitiesnet/munet/internal/call"
)

// The compiled function is killed while it reads a catalogue of which pages shift, and reads on.
func TestAnImportOfCallsThatIsKilledGoesOn(t *testing.T) {
	const topics = 450
	calls := portal.Catalogue(topics, 1, time.Now())
	for i := range calls {
		calls[i].Opens, calls[i].Deadlines = time.Now().Format(time.DateOnly), []string{time.Now().AddDate(0, 2, i%200).Format(time.DateOnly)}
	}
	for _, kind := range []portal.Type{portal.External, portal.Cascade, portal.Interreg} {
		calls = append(calls, portal.Call{Type: kind, ID: "7" + string(kind), Title: "One more", Deadlines: []string{"2090-01-01"}})
	}
	c, err := launch(t.Context(), cloud.Options{FundingCalls: calls})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}()
	store := call.NewStore(c.DynamoDB(), c.Tables["CallsTable"], time.Now)
	died := make(chan error, 1)
	go func() {
		_, err := c.Invoke(t.Context(), "FundingImportFunction", nil)
		died <- err
	}()
	for reached := 0; reached < 2; time.Sleep(20 * time.Millisecond) {
		if source, err := store.Source(t.Context(), "portal"); err == nil {
			reached = source.Reading.Page
		}
		select {
		case err := <-died:
			t.Fatalf("the import ended before it was killed: %v", err)
		default:
		}
	}
	c.Kill("FundingImportFunction")
	if err := <-died; err == nil {
		t.Fatal("the function was killed and did not fail")
	}
	c.Portal.Set(portal.Faults{Shift: 3, Down: 1})
	// What a dead run held is free when its lease ends; here it ends now.
	source, err := store.Source(t.Context(), "portal")
	if err != nil || source.Reading.Page < 2 {
		t.Fatalf("%+v, %v", source.Reading, err)
	}
	source.Due = time.Now()
	if _, err := store.SaveSource(t.Context(), source); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Invoke(t.Context(), "FundingImportFunction", nil); err != nil {
		t.Fatal(err)
	}
	runs, err := store.Runs(t.Context(), "portal", 5)
	if err != nil || len(runs) != 1 || runs[0].ID != source.Reading.Run || runs[0].Outcome != call.Complete {
		t.Fatalf("%+v, %v", runs, err)
	}
	listed := map[string]int{}
	for cursor := ""; ; {
		page, next, err := store.ListAhead(t.Context(), cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range page {
			listed[found.Reference]++
		}
		if cursor = next; next == "" {
			break
		}
	}
	for _, topic := range calls[:topics] {
		if listed[topic.ID] != 1 {
			t.Errorf("%s is there %d times", topic.ID, listed[topic.ID])
		}
	}
}
