package main

import (
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/infra/fault/town"
)

// The small storm of every test run; "make fault" is the great one.
func TestNobodyIsLostInASmallStorm(t *testing.T) {
	t.Parallel()
	o := options{recipients: 1000, kills: 12, stale: 400 * time.Millisecond}
	place, err := town.Build(t.Context(), town.Options{Recipients: o.recipients, Log: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := place.Close(); err != nil {
			t.Error(err)
		}
	})
	found, err := weather(t.Context(), place, o, 1)
	if err != nil {
		t.Error(err)
	}
	t.Log(found)
	if found.Unknown+found.Sent == 0 || found.kills == 0 || found.left == 0 {
		t.Error("there was no storm")
	}
}
