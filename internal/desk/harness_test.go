package desk

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/infra/local/outbox"
	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/membermail"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/token"
	"github.com/municipalitiesnet/munet/internal/web"
)

// office is the desk with real tables and sessions, and the local SES.
type office struct {
	*Service
	t      *testing.T
	mux    *web.Mux
	client *dynamodb.Client
	tables map[string]string
	post   *outbox.Outbox
	clock  atomic.Int64
	// maria and nikos are coordinators of the secretariat; each is a session's cookie.
	maria, nikos string
	mariaRef     members.Ref
}

// mailed returns the addresses that got a mail since the last call, sorted.
func (o *office) mailed() []string {
	var all []string
	for _, m := range o.post.Take() {
		all = append(all, m.To...)
	}
	slices.Sort(all)
	return all
}

func newOffice(t *testing.T) *office {
	t.Helper()
	client, tables := emulator.Tables(t, "MembersTable", "SessionsTable", "AuditTable")
	o := &office{t: t, client: client, tables: tables, post: outbox.New(t)}
	o.clock.Store(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC).UnixNano())
	people := members.NewStore(client, tables["MembersTable"], o.now)
	signer, err := token.NewSigner(strings.Repeat("k", 64))
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
	o.Service = &Service{
		Members: people, Sessions: session.NewStore(client, tables["SessionsTable"], people, o.now),
		Audit: audit.NewLog(client, tables["AuditTable"]),
		Teller: membermail.Teller{Members: people, Post: mail.Post{
			Sender: mail.NewSender(o.post.Client, ""), Site: mail.Site{Name: "MuNet", URL: "https://munet.example"},
			From: mail.Address{Name: "MuNet", Email: "notices@munet.example"},
		}, Links: maillink.Links{Site: "https://munet.example", Signer: signer}},
		Imports:   func(context.Context) ([]Import, error) { return nil, nil },
		Practices: func(context.Context) (int, error) { return 0, nil },
		Now:       o.now, Log: log,
	}
	o.mux = web.NewMux(web.Options{Sessions: o.Sessions, Fail: page.Fail, Log: log, Now: o.now})
	o.Routes(o.mux)
	maria, err := people.EnsureCoordinator(t.Context(), "maria@secretariat.example", "en")
	if err != nil {
		t.Fatal(err)
	}
	o.mariaRef, o.maria = maria.Ref, o.signIn(maria)
	org, nikos := o.join("NGO of Nikos", "nikos@ngo.example")
	o.approve(org.ID)
	if _, err := people.ChangeRole(t.Context(), nikos.Ref, true); err != nil {
		t.Fatal(err)
	}
	nikos.Coordinator = true
	o.nikos = o.signIn(nikos)
	return o
}

func (o *office) now() time.Time { return time.Unix(0, o.clock.Load()).UTC() }

func (o *office) advance(d time.Duration) { o.clock.Add(int64(d)) }

// signIn begins a session, has a coordinator's pass the second factor, and returns its id.
func (o *office) signIn(p members.Person) string {
	o.t.Helper()
	id, begin, err := o.Sessions.Begin(p, "", "")
	if err != nil {
		o.t.Fatal(err)
	}
	o.write(begin)
	if p.Coordinator {
		id = o.confirm(id)
	}
	return id
}

// confirm has a session pass the second factor and returns its new id.
func (o *office) confirm(id string) string {
	o.t.Helper()
	id, writes, err := o.Sessions.Confirm(o.t.Context(), token.Hash(id))
	if err != nil {
		o.t.Fatal(err)
	}
	o.write(writes...)
	return id
}

func (o *office) write(writes ...types.TransactWriteItem) {
	o.t.Helper()
	if _, err := o.client.TransactWriteItems(o.t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: writes}); err != nil {
		o.t.Fatal(err)
	}
}

// join registers a person, who awaits approval afterwards and knows it.
func (o *office) join(organisation, address string) (members.Organisation, members.Person) {
	o.t.Helper()
	ctx := o.t.Context()
	name, _, _ := strings.Cut(address, "@")
	a, err := o.Members.Apply(ctx, members.Application{
		Profile:     members.Profile{Kind: "ngo", Name: organisation, Country: "CY", Website: "https://www." + strings.SplitAfter(address, "@")[1]},
		Contact:     members.Contact{Name: name, Address: address, Language: "en"},
		Preferences: members.Preferences{Newsletter: members.Every}, Asked: o.now(),
		Texts: map[members.Purpose]string{members.ForMembership: "hash", members.ForNewsletter: "hash"},
	})
	if err != nil {
		o.t.Fatal(err)
	}
	org, p, err := o.Members.Confirm(ctx, a, "registration")
	if err == nil {
		err = o.Members.Told(ctx, p.Ref, p.State)
	}
	if err != nil {
		o.t.Fatal(err)
	}
	return org, p
}

func (o *office) approve(id string) {
	o.t.Helper()
	_, people, err := o.Members.Decide(o.t.Context(), id, members.Decision{Action: members.Approve, By: "somebody"})
	for _, p := range people {
		if err == nil {
			err = o.Members.Told(o.t.Context(), p.Ref, p.State)
		}
	}
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) do(as, method, path string, form url.Values) *httptest.ResponseRecorder {
	o.t.Helper()
	o.advance(time.Second) // so that records have an order
	r := httptest.NewRequestWithContext(o.t.Context(), method, path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if as != "" {
		r.AddCookie(&http.Cookie{Name: session.Cookie, Value: as})
	}
	w := httptest.NewRecorder()
	o.mux.ServeHTTP(w, r)
	return w
}

// get returns a page as Maria sees it.
func (o *office) get(path string) string {
	o.t.Helper()
	w := o.do(o.maria, "GET", path, nil)
	if w.Code != http.StatusOK {
		o.t.Fatalf("GET %s: %d\n%s", path, w.Code, w.Body)
	}
	return w.Body.String()
}

// entries returns the audit log as "name action what".
func (o *office) entries() []string {
	o.t.Helper()
	table := o.tables["AuditTable"]
	out, err := o.client.Query(o.t.Context(), &dynamodb.QueryInput{
		TableName: &table, KeyConditionExpression: aws.String("pk = :pk"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":pk": &types.AttributeValueMemberS{Value: "2026-11"}},
	})
	if err != nil {
		o.t.Fatal(err)
	}
	var all []string
	for _, item := range out.Items {
		var e struct{ Name, Action, What string }
		if err := attributevalue.UnmarshalMap(item, &e); err != nil {
			o.t.Fatal(err)
		}
		all = append(all, fmt.Sprintf("%s %s %s", e.Name, e.Action, e.What))
	}
	return all
}
