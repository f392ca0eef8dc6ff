package main

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// account is an account with tables of these names, three to a page.
type account struct {
	database
	names []string
}

func (a account) ListTables(
	_ context.Context, in *dynamodb.ListTablesInput, _ ...func(*dynamodb.Options),
) (*dynamodb.ListTablesOutput, error) {
	rest := a.names
	if in.ExclusiveStartTableName != nil {
		rest = rest[slices.Index(rest, *in.ExclusiveStartTableName)+1:]
	}
	if len(rest) <= 3 {
		return &dynamodb.ListTablesOutput{TableNames: rest}, nil
	}
	return &dynamodb.ListTablesOutput{TableNames: rest[:3], LastEvaluatedTableName: &rest[2]}, nil
}

func TestTablesOfAStack(t *testing.T) {
	db := account{names: []string{
		"munet-AuditTable-1A2B3C", "munet-MembersTable", "munet-MembersTable-restored",
		"munet-staging-AuditTable-9Z8Y", "munet-staging-CallsTable-AAAA", "other", "munetAuditTable",
		"twice-AuditTable-AAAA", "twice-AuditTable-BBBB",
	}}
	for stack, want := range map[string]map[string]string{
		"munet":         {"AuditTable": "munet-AuditTable-1A2B3C", "MembersTable": "munet-MembersTable"},
		"munet-staging": {"AuditTable": "munet-staging-AuditTable-9Z8Y", "CallsTable": "munet-staging-CallsTable-AAAA"},
	} {
		got, err := tablesOf(t.Context(), db, stack)
		if err != nil || !maps.Equal(got, want) {
			t.Errorf("%s has %v, want %v; %v", stack, got, want, err)
		}
	}
	for stack, say := range map[string]string{"twice": "-table", "mune": "no table", "": "-stack", "m.*": "no table"} {
		if got, err := tablesOf(t.Context(), db, stack); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%q has %v; %v, want an error about %q", stack, got, err, say)
		}
	}
}

func TestChosenTables(t *testing.T) {
	c := choices{}
	for _, text := range []string{"MembersTable=a", "AuditTable=b"} {
		if err := c.Set(text); err != nil {
			t.Error(err)
		}
	}
	if !maps.Equal(c, choices{"MembersTable": "a", "AuditTable": "b"}) {
		t.Errorf("chosen are %s", c)
	}
	for _, text := range []string{"", "MembersTable", "=a", "MembersTable="} {
		if c.Set(text) == nil {
			t.Errorf("%q was taken", text)
		}
	}
}
