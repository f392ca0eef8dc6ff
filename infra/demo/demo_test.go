package demo

import (
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/internal/members"
)

func TestFillOnce(t *testing.T) {
	client, tables := emulator.Tables(t, "MembersTable")
	store := members.NewStore(client, tables["MembersTable"], time.Now)
	for range 2 {
		if err := Fill(t.Context(), store, "desk@munet.example"); err != nil {
			t.Fatal(err)
		}
	}
	want := map[members.State]int{members.Member: 22, members.AwaitingApproval: 3, members.Suspended: 1, members.Declined: 1}
	for state, n := range want {
		page, _, err := store.Organisations(t.Context(), members.Filter{State: state}, "")
		if err != nil || len(page) != n {
			t.Errorf("%d organisations are %s, want %d; %v", len(page), state, n, err)
		}
	}
	for _, o := range append(founders, citiesNetwork...) {
		a := o.application(o.person, o.address())
		if fields := append(a.Profile.Validate(""), a.Contact.Validate("")...); len(fields) > 0 {
			t.Errorf("%s would be refused: %+v", o.name, fields)
		}
	}
}
