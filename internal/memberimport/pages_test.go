package memberimport

import (
	"bytes"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// site is the service with real tables, and whoever is signed in.
type site struct {
	*Service
	mux    *web.Mux
	client *dynamodb.Client
	audits string // name of the table
	who    *web.Identity
}

func (s *site) Identify(*http.Request) (*web.Identity, error) { return s.who, nil }

func newSite(t *testing.T) *site {
	t.Helper()
	client, tables := emulator.Tables(t, "MembersTable", "AuditTable")
	now := func() time.Time { return noon }
	s := &site{
		client: client, audits: tables["AuditTable"],
		Service: &Service{
			Jobs: NewStore(client, tables["MembersTable"], now), Members: members.NewStore(client, tables["MembersTable"], now),
			Audit: audit.NewLog(client, tables["AuditTable"]), Now: now,
		},
		who: &web.Identity{Member: "ORG.MARIA", Name: "Maria", Language: "en", Approved: true, Coordinator: true, Factor: time.Now()},
	}
	s.mux = web.NewMux(web.Options{Sessions: s, Fail: page.Fail, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	s.Routes(s.mux)
	return s
}

func (s *site) do(t *testing.T, method, path, contentType string, body io.Reader) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, body)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r)
	return w
}

func (s *site) get(t *testing.T, path string) string {
	t.Helper()
	w := s.do(t, "GET", path, "", nil)
	if w.Code != http.StatusOK {
		t.Fatalf("GET %s: %d\n%s", path, w.Code, w.Body)
	}
	return w.Body.String()
}

func (s *site) post(t *testing.T, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	return s.do(t, "POST", path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// upload sends a file as a browser does.
func (s *site) upload(t *testing.T, content string) *httptest.ResponseRecorder {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	file, err := m.CreateFormFile("file", "members.csv")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(file, content)
	_ = m.WriteField("pasted", "")
	_ = m.Close()
	return s.do(t, "POST", "/desk/imports", m.FormDataContentType(), &body)
}

func (s *site) audited(t *testing.T) []string {
	t.Helper()
	out, err := s.client.Query(t.Context(), &dynamodb.QueryInput{
		TableName: &s.audits, KeyConditionExpression: aws.String("pk = :pk"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":pk": &types.AttributeValueMemberS{Value: "2026-11"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, item := range out.Items {
		actions = append(actions, item["action"].(*types.AttributeValueMemberS).Value)
	}
	return actions
}

func TestOnlyCoordinatorsImport(t *testing.T) {
	s := newSite(t)
	j, err := s.Jobs.Create(t.Context(), Job{Name: "Maria"}, []byte(header+strovolos))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		who  *web.Identity
		get  int
		post int
	}{
		{"nobody", nil, http.StatusSeeOther, http.StatusUnauthorized},
		{"a member", &web.Identity{Member: "A.B", Approved: true, Language: "en"}, http.StatusForbidden, http.StatusForbidden},
	}
	for _, tt := range tests {
		s.who = tt.who
		for _, path := range []string{"/desk/imports", "/desk/imports/template.csv", "/desk/imports/" + j.ID} {
			if w := s.do(t, "GET", path, "", nil); w.Code != tt.get {
				t.Errorf("%s: GET %s: %d, want %d", tt.name, path, w.Code, tt.get)
			}
		}
		for _, path := range []string{"/desk/imports", "/desk/imports/" + j.ID} {
			if w := s.post(t, path, url.Values{"pasted": {header + strovolos}}); w.Code != tt.post {
				t.Errorf("%s: POST %s: %d, want %d", tt.name, path, w.Code, tt.post)
			}
		}
	}
	if j, err := s.Jobs.Job(t.Context(), j.ID); err != nil || j.State != Checked {
		t.Errorf("job = %+v, %v", j, err)
	}
}

func TestABadFileIsRefusedAsAWhole(t *testing.T) {
	s := newSite(t)
	bad := header + strovolos + strings.Replace(strovolos, "eleni@strovolos.example", "nobody", 1) + "<b>,x\n"
	w := s.post(t, "/desk/imports", url.Values{"pasted": {bad}})
	body := w.Body.String()
	if w.Code != http.StatusUnprocessableEntity {
		t.Fatalf("status %d", w.Code)
	}
	for _, want := range []string{"2 lines need a correction", ">3<", "“nobody” is not an email address", ">4<", "2 cells", "12 columns", "&lt;b&gt;,x"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if open, err := s.Jobs.Open(t.Context()); len(open) != 0 || err != nil {
		t.Errorf("a bad file was kept: %v, %v", open, err)
	}
	if w := s.upload(t, header+"\x00"); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "could not read this as text") {
		t.Errorf("a file with NULs: %d", w.Code)
	}
	large := s.upload(t, header+strings.Repeat(strovolos, 2000))
	if large.Code != http.StatusRequestEntityTooLarge || !strings.Contains(large.Body.String(), "larger than 256 KB") {
		t.Errorf("a large file: %d\n%s", large.Code, large.Body)
	}
}

func TestPagesAreGreekForWhoReadsGreek(t *testing.T) {
	s := newSite(t)
	s.who.Language = "el"
	w := s.upload(t, header+"<b>,x\n")
	if body := w.Body.String(); !strings.Contains(body, "2 κελιά") || !strings.Contains(body, `<html lang="el">`) {
		t.Errorf("the page is not in Greek:\n%s", body)
	}
}

func TestTemplateCanBeImported(t *testing.T) {
	s := newSite(t)
	w := s.do(t, "GET", "/desk/imports/template.csv", "", nil)
	if got := w.Header().Get("Content-Type"); got != "text/csv; charset=utf-8" {
		t.Errorf("Content-Type = %q", got)
	}
	if f := Parse([]byte(w.Body.String() + strovolos)); len(f.Problems) > 0 || len(f.Rows) != 1 {
		t.Errorf("our own template has problems: %+v", f.Problems)
	}
}

func TestAGoodFileFromCheckToResult(t *testing.T) {
	s := newSite(t)
	ctx := t.Context()
	a, err := s.Members.Apply(ctx, members.Application{
		Profile: members.Profile{Kind: "ngo", Name: "Known", Country: "CY"},
		Contact: members.Contact{Name: "N", Address: "member@known.example", Language: "en"},
	})
	if err == nil {
		_, _, err = s.Members.Confirm(ctx, a, "registration")
	}
	if err != nil {
		t.Fatal(err)
	}
	w := s.upload(t, header+strovolos+"Known,ngo,CY,,,,,,Second <i>,,second@known.example,\nKnown,ngo,CY,,,,,,N,,member@known.example,\n")
	if w.Code != http.StatusSeeOther {
		t.Fatalf("status %d\n%s", w.Code, w.Body)
	}
	path := w.Header().Get("Location")
	body := s.get(t, path)
	for _, want := range []string{
		"1 person will be invited by email", "Nobody is a member or gets a newsletter until they confirm it themselves",
		"Second &lt;i&gt;", "Is a member already", "The organisation is in the network", "Strovolos Municipality",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the summary lacks %q", want)
		}
	}
	if len(s.audited(t)) != 0 {
		t.Error("checking a file is in the audit log")
	}

	if w := s.post(t, path, url.Values{}); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("without a choice about known organisations: %d", w.Code)
	}
	for range 2 { // the second is a double click
		if w := s.post(t, path, url.Values{"known": {"leave"}}); w.Code != http.StatusSeeOther || w.Header().Get("Location") != path {
			t.Fatalf("confirming: %d to %s", w.Code, w.Header().Get("Location"))
		}
	}
	if got := s.audited(t); len(got) != 1 || got[0] != "import" {
		t.Errorf("audit = %q, want one import", got)
	}
	body = s.get(t, path)
	if !strings.Contains(body, `<meta http-equiv="refresh"`) || !strings.Contains(body, `data-refresh`) || !strings.Contains(body, "<progress") {
		t.Errorf("the page of a running import shows no progress:\n%s", body)
	}

	b := newWorkerFor(t, s)
	if err := b.Run(ctx); err != nil {
		t.Fatal(err)
	}
	body = s.get(t, path)
	results := regexp.MustCompile(`class="tag \w+">([^<]+)<`).FindAllStringSubmatch(body, -1)
	var got []string
	for _, m := range results {
		got = append(got, m[1])
	}
	if want := "Invited|Left out|Already a member"; strings.Join(got, "|") != want {
		t.Errorf("results = %q, want %q", got, want)
	}
	if !strings.Contains(body, "The invitations are on their way") {
		t.Error("the page does not say that the invitations are on their way")
	}
	if strings.Contains(body, "refresh") {
		t.Error("the page of an import that is done refreshes itself")
	}
	if body := s.get(t, "/desk/imports"); !strings.Contains(body, path) {
		t.Error("the import is not in the list")
	}
}

func TestNobodyToInvite(t *testing.T) {
	s := newSite(t)
	first := s.upload(t, header+strovolos).Header().Get("Location")
	s.post(t, first, nil)
	if err := newWorkerFor(t, s).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	body := s.get(t, s.upload(t, header+strovolos).Header().Get("Location"))
	if !strings.Contains(body, "There is nobody to invite") || strings.Contains(body, "Send the invitations") {
		t.Errorf("a file with nobody new can be confirmed:\n%s", body)
	}
}

func TestLongResultsComeInPages(t *testing.T) {
	s := newSite(t)
	path := s.upload(t, towns(resultsPage+1)).Header().Get("Location")
	s.post(t, path, nil)
	if err := newWorkerFor(t, s).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]int{"": resultsPage, "?from=100": 1, "?from=9999": resultsPage, "?from=-1": resultsPage, "?from=x": resultsPage} {
		body := s.get(t, path+query)
		if got := strings.Count(body, `<tr role="row"><th scope="row"`) + strings.Count(body, "<tr role=\"row\">\n<th scope=\"row\""); got != want {
			t.Errorf("%q shows %d rows, want %d", query, got, want)
		}
	}
}

func TestAnImportThatIsGone(t *testing.T) {
	s := newSite(t)
	for _, tag := range language.Available() {
		w := s.do(t, "GET", "/desk/imports/NOWHERE?lang="+string(tag), "", nil)
		if w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", tag, w.Code)
		}
	}
}
