package main

import (
	"testing"
	"time"
)

// The small storm of every test run; "make fault" is the great one.
func TestNobodyIsLostInASmallStorm(t *testing.T) {
	t.Parallel()
	o := options{recipients: 1000, kills: 12, stale: 400 * time.Millisecond}
	town, err := build(t.Context(), o, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := town.close(); err != nil {
			t.Error(err)
		}
	})
	found, err := town.weather(t.Context(), 1)
	if err != nil {
		t.Error(err)
	}
	t.Log(found)
	if found.Unknown+found.Sent == 0 || found.kills == 0 || found.left == 0 {
		t.Error("there was no storm")
	}
}
