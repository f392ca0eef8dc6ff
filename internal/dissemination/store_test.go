package dissemination

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

func TestStartingAListTwiceIsStartingItOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 801, 0)
	var list []string
	for i := range w.kind.size {
		list = append(list, recipient(i))
	}
	c := Campaign{ID: "import-1", Kind: "issue", Due: w.now()}
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			if err := w.store.Start(t.Context(), c, list); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	w.run()
	if report := w.check("import-1"); report.Sent != 801 || report.shards != 3 {
		t.Errorf("%d sent in %d shards, want 801 in 3", report.Sent, report.shards)
	}
	if w.kind.pages != 0 {
		t.Error("the kind was asked for recipients of an explicit list")
	}
}

func TestCancelling(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5, 5)
	w.schedule("c")
	cancel := func() error {
		_, err := w.client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{
			TransactItems: []types.TransactWriteItem{w.store.Cancel("c")},
		})
		return err
	}
	if err := cancel(); err != nil {
		t.Fatal(err)
	}
	w.run()
	if report := w.report("c"); report.State != Cancelled || w.post.calls != 0 {
		t.Errorf("the campaign is %s and %d were sent", report.State, w.post.calls)
	}
	if err := cancel(); err == nil {
		t.Error("it was cancelled twice")
	}
	w.schedule("d")
	w.run()
	if _, cancelled := dynamo.Cancelled(cancel()); !cancelled {
		t.Error("a campaign was cancelled that had been sent")
	}
}

func TestRefusedCampaigns(t *testing.T) {
	s := NewStore(nil, "t", time.Now)
	now := time.Now()
	for name, c := range map[string]struct {
		campaign   Campaign
		recipients int
	}{
		"no id":           {Campaign{Kind: "k", Due: now}, 1},
		"an id with tags": {Campaign{ID: "a_1", Kind: "k", Due: now}, 1},
		"a long id":       {Campaign{ID: strings.Repeat("a", 65), Kind: "k", Due: now}, 1},
		"no kind":         {Campaign{ID: "a", Due: now}, 1},
		"no time":         {Campaign{ID: "a", Kind: "k"}, 1},
		"too many":        {Campaign{ID: "a", Kind: "k", Due: now}, MaxRecipients + 1},
	} {
		if _, err := s.Writes(c.campaign, make([]string, c.recipients)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if writes, err := s.Writes(Campaign{ID: "a", Kind: "k", Due: now}, make([]string, MaxRecipients)); err != nil || len(writes) > dynamo.MaxTransaction {
		t.Errorf("the longest list makes %d writes (%v), want at most %d", len(writes), err, dynamo.MaxTransaction)
	}
}
