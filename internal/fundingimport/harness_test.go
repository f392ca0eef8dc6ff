package fundingimport

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/infra/local/portal"
	"github.com/municipalitiesnet/munet/internal/call"
)

// harness is an importer of the stand-in's calls, at a time that the test sets.
type harness struct {
	*Importer
	portal *portal.Portal
	at     time.Time
	slept  time.Duration

	mu      sync.Mutex
	metrics map[string]float64
}

var today = time.Date(2027, 1, 10, 12, 0, 0, 0, time.UTC)

func newHarness(t *testing.T, calls []portal.Call) *harness {
	t.Helper()
	client, tables := emulator.Tables(t, "CallsTable")
	h := &harness{at: today, portal: portal.New(calls), metrics: map[string]float64{}}
	server := httptest.NewServer(h.portal)
	t.Cleanup(server.Close)
	fetch, err := NewFetcher(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	fetch.client.Timeout = 2 * time.Second
	now := func() time.Time { return h.at }
	sources := &Portal{Search: server.URL, Topics: server.URL, Fetch: fetch, Now: now}
	index := &Interreg{Host: server.URL, Index: "calls", Application: "app", Key: "key", Fetch: fetch}
	ids := 0
	h.Importer = &Importer{
		Calls:    call.NewStore(client, tables["CallsTable"], now),
		Adapters: map[call.SourceKind]Adapter{call.Portal: sources.Adapter(), call.Interreg: index.Adapter(), call.Feed: (&Feeds{fetch}).Adapter()},
		Standing: PortalSources()[:1],
		Now:      now,
		Sleep:    func(_ context.Context, d time.Duration) error { h.slept += d; return nil },
		Jitter:   func(time.Duration) time.Duration { return 0 },
		NewID:    func() string { ids++; return "run" + strconv.Itoa(ids) },
		Metric: func(name string, value float64) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.metrics[name] = value
		},
		Log: slog.New(slog.DiscardHandler),
	}
	h.Upsert = h.Calls.Upsert
	return h
}

// run reads what is due and returns the report of the last run over the portal's topics.
func (h *harness) run(t *testing.T) call.Run {
	t.Helper()
	if err := h.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	runs, err := h.Calls.Runs(t.Context(), "portal", 1)
	if err != nil || len(runs) != 1 {
		t.Fatalf("%d reports, %v", len(runs), err)
	}
	return runs[0]
}

// later lets the source become due again.
func (h *harness) later(d time.Duration) { h.at = h.at.Add(d) }

// memory is a sink of records in place of the table.
type memory struct {
	mu      sync.Mutex
	records map[string]call.Record
	writes  map[string]int
}

func newMemory() *memory {
	return &memory{records: map[string]call.Record{}, writes: map[string]int{}}
}

func (m *memory) upsert(_ context.Context, _ string, records []call.Record) ([]call.Result, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	results := make([]call.Result, len(records))
	for i, r := range records {
		_, known := m.records[r.ID]
		results[i] = call.Result{Call: r.ID, Effect: call.New}
		if known {
			results[i].Effect = call.Unchanged
		}
		r.Text, r.Eligibility.Notes = "", ""
		m.records[r.ID] = r
		m.writes[r.ID]++
	}
	return results, nil
}
