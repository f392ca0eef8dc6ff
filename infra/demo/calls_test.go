package demo

import (
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/internal/call"
)

func TestCallsOfEveryKind(t *testing.T) {
	client, tables := emulator.Tables(t, "CallsTable")
	now := time.Date(2027, 1, 10, 9, 0, 0, 0, time.UTC)
	c := &clock{}
	n := &network{clock: c, calls: call.NewStore(client, tables["CallsTable"], c.now)}
	if err := n.fund(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	c.at = now
	statuses, versions := map[call.Status]int{}, 0
	for cursor := ""; ; {
		page, next, err := n.calls.ListAhead(t.Context(), cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range page {
			statuses[found.Status(now)]++
			versions += found.Version - 1
		}
		if cursor = next; next == "" {
			break
		}
	}
	past, _, err := n.calls.ListPast(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range past {
		statuses[found.Status(now)]++
	}
	for _, status := range call.Statuses {
		if statuses[status] == 0 {
			t.Errorf("no call is %s", status)
		}
	}
	if versions != 2 {
		t.Errorf("%d changes of calls ahead, want an extension and a larger budget", versions)
	}
	for _, f := range fundings {
		if refused := f.record(now).Validate(); len(refused) > 0 {
			t.Errorf("%s would be refused: %+v", f.id, refused)
		}
	}
}
