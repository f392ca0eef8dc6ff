package mydata

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/members"
)

// Holding is one kind of item that may say something about a person: where it lies, and which of its
// attributes do. Export and erasure both follow the same list, so that what one finds the other does.
type Holding struct {
	// Table is the table's logical id in template.yaml. PK and SK are what the keys begin with.
	Table, PK, SK string
	// Stored is the row of the privacy page that says what this is, why it is kept and until when.
	Stored string
	// By are attributes that say who did it, Names those with a name, Typed those with that person's own
	// words; at whatever depth.
	By, Names, Typed []string
	// Lists are attributes with one element for each person.
	Lists []string
	// Counter is the attribute that counts changes of the item, so that nobody writes back what they read
	// before the erasure; "" if none does.
	Counter string
	// Theirs reports whether all of the item is the person's own: erasure deletes it. nil means that it
	// is if a key names them.
	Theirs func(dynamo.Item, *Job) bool
	// Own says that an address in it is that of whomever the item is about: if that is not the person of
	// the request, it is somebody who registered with the same address since, and stays.
	Own bool
	// Secrets are attributes that are in no copy, at whatever depth: who has them can sign in.
	Secrets []string
	// Kept items stay when their person is erased.
	Kept bool
}

// Holdings are all kinds of items with something about people. docs/access-patterns.md lists the same
// items, a test compares them. Whatever is not here is still looked through for references and addresses.
var Holdings = []Holding{
	{Table: "MembersTable", PK: "organisation#", SK: "organisation", Stored: "membership", Names: []string{"by"}, Typed: []string{"note"}, Counter: "version"},
	{Table: "MembersTable", PK: "organisation#", SK: "person#", Stored: "membership", Names: []string{"by"}, Typed: []string{"note"}, Counter: "version", Theirs: isPerson, Own: true},
	{Table: "MembersTable", PK: "application#", Stored: "application", Names: []string{"invitedBy"}, Theirs: isApplication, Own: true},
	{Table: "MembersTable", PK: "address#", Stored: "membership", Theirs: isHolder, Own: true},
	{Table: "MembersTable", PK: "consent#", Stored: "consent"},
	{Table: "MembersTable", PK: "suppressed#", Stored: "suppression", Theirs: isSuppression, Kept: true},
	{Table: "MembersTable", PK: "import#", SK: "job", Stored: "decisions", By: []string{"by"}, Names: []string{"name"}},
	{Table: "MembersTable", PK: "import#", SK: "file", Stored: "imports"},
	{Table: "MembersTable", PK: "import#", SK: "results#", Stored: "imports"},
	{Table: "MembersTable", PK: "erasure#", Stored: "requests", By: []string{"by"}},
	{Table: "MembersTable", PK: "export#", Stored: "requests"},

	{Table: "SessionsTable", PK: "session#", Stored: "session", Theirs: isNamed("person")},
	{Table: "SessionsTable", PK: "signin#", Stored: "signin", Theirs: isSigningIn, Own: true},

	{Table: "FactorsTable", PK: "factors#", Stored: "factor", Secrets: []string{"secret", "credential", "recovery"}},
	{Table: "FactorsTable", PK: "tries#", Stored: "limits"},

	{Table: "DeliveriesTable", SK: "recipients#", Stored: "delivery"},
	{Table: "DeliveriesTable", SK: "unsubscribed", Stored: "delivery"},

	{Table: "NewslettersTable", SK: "newsletter", Stored: "work", Names: []string{"updatedBy"}, Counter: "version"},
	{Table: "NewslettersTable", SK: "text#", Stored: "work", Names: []string{"updatedBy"}, Counter: "version"},
	{Table: "NewslettersTable", SK: "issue", Stored: "work", Names: []string{"updatedBy"}},
	{Table: "NewslettersTable", PK: "image#", SK: "image", Stored: "work", Names: []string{"createdBy"}},

	{Table: "PracticesTable", PK: "practice#", SK: "practice", Stored: "practices", Names: []string{"updatedBy"}, Counter: "revision"},
	{Table: "PracticesTable", PK: "practice#", SK: "draft", Stored: "practices", Names: []string{"savedBy"}},
	{Table: "PracticesTable", PK: "practice#", SK: "version#", Stored: "practices",
		By: []string{"submittedBy", "by"}, Names: []string{"submitter", "name"}, Typed: []string{"note", "comments"}},
	{Table: "PracticesTable", PK: "practice#", SK: "review#", Stored: "practices", Typed: []string{"comments"}},
	{Table: "PracticesTable", PK: "practice#", SK: "published", Stored: "practices"},
	{Table: "PracticesTable", PK: "practice#", SK: "owed", Stored: "practices", By: []string{"by"}, Names: []string{"name"}, Typed: []string{"note"}},
	{Table: "PracticesTable", PK: "follower#", Stored: "newsletter"},

	{Table: "CallsTable", PK: "call#", SK: "curation", Stored: "work", By: []string{"by"}},
	{Table: "CallsTable", PK: "call#", SK: "version#", Stored: "work", By: []string{"by"}},

	{Table: "InterestsTable", PK: "interests#", Stored: "interests", By: []string{"by"}, Lists: []string{"subscribers"}, Counter: "version", Theirs: isPrivateInterest},
	{Table: "InterestsTable", PK: "marks#", Stored: "interests"},
	{Table: "InterestsTable", PK: "partners#", Stored: "partners", Theirs: isNamed("person")},
	{Table: "InterestsTable", PK: "refused", Stored: "interests", Theirs: isNamed("person")},

	{Table: "AlertsTable", PK: "alert#", Stored: "alerts"},
	{Table: "AlertsTable", PK: "told#", Stored: "alerts"},
	{Table: "AlertsTable", PK: "owed#", Stored: "alerts"},

	{Table: "AuditTable", Stored: "decisions", By: []string{"who"}, Names: []string{"name"}, Typed: []string{"note"}},
}

// Tables are the tables that requests go through, in this order. LimitsTable is not among them: its keys
// are keyed hashes, and it has nothing else of anybody.
var Tables = []string{
	"MembersTable", "SessionsTable", "FactorsTable", "DeliveriesTable", "NewslettersTable", "PracticesTable", "CallsTable", "InterestsTable", "AlertsTable", "AuditTable",
}

// holdingOf returns the kind of an item, or one that knows nothing but the keys.
func holdingOf(table string, item dynamo.Item) Holding {
	pk, sk := text(item, "pk"), text(item, "sk")
	for _, h := range Holdings {
		if h.Table == table && strings.HasPrefix(pk, h.PK) && strings.HasPrefix(sk, h.SK) {
			return h
		}
	}
	return Holding{Table: table, Stored: "other"}
}

// theirs reports whether all of an item is about the person of a request.
func (h Holding) theirs(item dynamo.Item, j *Job) bool {
	if h.Theirs != nil {
		return h.Theirs(item, j)
	}
	return j.in(text(item, "pk"), true) || j.in(text(item, "sk"), true)
}

func text(item dynamo.Item, name string) string {
	if s, ok := item[name].(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

// refOf reads a reference, which is either a text or a map of the two identifiers.
func refOf(v types.AttributeValue) (string, bool) {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return v.Value, true
	case *types.AttributeValueMemberM:
		if len(v.Value) == 2 && v.Value["organisation"] != nil && v.Value["person"] != nil {
			return members.Ref{Organisation: text(v.Value, "organisation"), Person: text(v.Value, "person")}.String(), true
		}
	}
	return "", false
}

// isNamed tells by an attribute that refers to a person.
func isNamed(attribute string) func(dynamo.Item, *Job) bool {
	return func(item dynamo.Item, j *Job) bool {
		ref, ok := refOf(item[attribute])
		return ok && j.is(ref)
	}
}

// isPerson recognises people by their reference, and somebody who has left by their address: it leads
// to them no more.
func isPerson(item dynamo.Item, j *Job) bool {
	it, err := dynamo.Decode[members.Person](item)
	if err != nil {
		return false
	}
	ended := it.State == members.Left || it.State == members.Declined
	return j.is(it.Ref.String()) || ended && it.CreatedAt.Before(j.Asked) && j.has(it.Address)
}

func isApplication(item dynamo.Item, j *Job) bool {
	it, err := dynamo.Decode[members.Application](item)
	return err == nil && j.has(it.Contact.Address) && !it.Asked.After(j.Asked)
}

func isHolder(item dynamo.Item, j *Job) bool { return j.is(text(item, "holder")) }

func isSuppression(item dynamo.Item, j *Job) bool {
	return j.Hash != "" && text(item, "pk") == "suppressed#"+j.Hash
}

// signInAge is how long a wish to sign in can be redeemed.
const signInAge = 10 * time.Minute

func isSigningIn(item dynamo.Item, j *Job) bool {
	it, err := dynamo.Decode[struct {
		Address string `json:"address"`
		Ends    int64  `json:"ends"`
	}](item)
	return err == nil && j.has(it.Address) && it.Ends <= j.Asked.Add(signInAge).Unix()
}

func isPrivateInterest(item dynamo.Item, j *Job) bool {
	shared, ok := item["shared"].(*types.AttributeValueMemberBOOL)
	return isNamed("by")(item, j) && (!ok || !shared.Value)
}
