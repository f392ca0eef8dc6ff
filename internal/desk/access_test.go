package desk

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/municipalitiesnet/munet/internal/members"
)

func TestColleaguesAndRoles(t *testing.T) {
	o := newOffice(t)
	org, founder := o.join("Strovolos", "eleni@strovolos.example")
	path := "/desk/members/" + org.ID
	founderPath := path + "/people/" + founder.Ref.Person
	if w := o.do(o.maria, "POST", founderPath+"/approve", url.Values{}); w.Code != http.StatusConflict {
		t.Errorf("a person was approved before the organisation: %d", w.Code)
	}
	o.approve(org.ID)
	_, colleague := o.join("Strovolos", "andreas@strovolos.example")
	colleaguePath := path + "/people/" + colleague.Ref.Person
	if queue := o.get("/desk"); !strings.Contains(queue, "1 person asks to join colleagues") {
		t.Errorf("the desk does not show the colleague:\n%s", queue)
	}
	if w := o.do(o.maria, "POST", colleaguePath+"/make-coordinator", url.Values{}); w.Code != http.StatusConflict {
		t.Errorf("someone who awaits approval became a coordinator: %d", w.Code)
	}
	o.get(colleaguePath + "/approve")
	for range 2 {
		if w := o.do(o.maria, "POST", colleaguePath+"/approve", url.Values{"note": {"Hello"}}); w.Code != http.StatusSeeOther {
			t.Errorf("approving a colleague: %d", w.Code)
		}
	}
	if w := o.do(o.nikos, "POST", colleaguePath+"/decline", url.Values{}); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "MuNet has decided") {
		t.Errorf("declining afterwards: %d\n%s", w.Code, w.Body)
	}
	if to := o.mailed(); !slices.Equal(to, []string{colleague.Address}) {
		t.Errorf("mails to %q", to)
	}

	cookie := o.signIn(colleague)
	if w := o.do(cookie, "GET", "/desk", nil); w.Code != http.StatusForbidden {
		t.Errorf("a member at the desk: %d", w.Code)
	}
	ask := o.get(colleaguePath + "/make-coordinator")
	if !strings.Contains(ask, "andreas of Strovolos will approve members") {
		t.Errorf("the confirmation does not say what it means:\n%s", ask)
	}
	for range 2 {
		o.do(o.maria, "POST", colleaguePath+"/make-coordinator", url.Values{})
	}
	if w := o.do(cookie, "GET", "/desk", nil); w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "/second-factor?") {
		t.Errorf("a new coordinator at the desk before the second factor: %d", w.Code)
	}
	cookie = o.confirm(cookie)
	if w := o.do(cookie, "GET", "/desk", nil); w.Code != http.StatusOK {
		t.Errorf("a new coordinator at the desk: %d", w.Code)
	}
	if w := o.do(cookie, "POST", colleaguePath+"/unmake-coordinator", url.Values{}); w.Code != http.StatusConflict {
		t.Errorf("ending one's own role: %d", w.Code)
	}
	if w := o.do(cookie, "POST", path+"/suspend", url.Values{}); w.Code != http.StatusConflict {
		t.Errorf("suspending one's own organisation: %d", w.Code)
	}
	o.do(o.maria, "POST", colleaguePath+"/unmake-coordinator", url.Values{})
	if w := o.do(cookie, "GET", "/desk", nil); w.Code != http.StatusForbidden {
		t.Errorf("after the role ended: %d", w.Code)
	}
	card := path + "#person-" + colleague.Ref.Person
	want := []string{
		"MuNet approve " + card, "MuNet make-coordinator " + card, "MuNet unmake-coordinator " + card,
	}
	if got := o.entries(); !slices.Equal(got, want) {
		t.Errorf("audit = %q, want %q", got, want)
	}
}

func TestWhatCannotBeAskedFor(t *testing.T) {
	o := newOffice(t)
	org, person := o.join("Strovolos", "eleni@strovolos.example")
	o.approve(org.ID)
	path := "/desk/members/" + org.ID
	tests := []struct {
		method, path string
		want         int
	}{
		{"GET", "/desk/members/NOBODY", http.StatusNotFound},
		{"GET", "/desk/members/NOBODY/approve", http.StatusNotFound},
		{"POST", "/desk/members/NOBODY/mail", http.StatusNotFound},
		{"GET", path + "/leave", http.StatusNotFound},
		{"POST", path + "/leave", http.StatusNotFound},
		{"POST", path + "/explode", http.StatusNotFound},
		{"GET", path + "/approve", http.StatusSeeOther}, // decided: back to how it stands
		{"GET", path + "/people/NOBODY/approve", http.StatusNotFound},
		{"POST", path + "/people/" + person.Ref.Person + "/explode", http.StatusNotFound},
		{"GET", path + "/people/" + person.Ref.Person + "/approve", http.StatusSeeOther},
		{"POST", "/desk/members/" + members.Secretariat + "/suspend", http.StatusNotFound},
		{"GET", "/desk/members/" + members.Secretariat, http.StatusOK},
		{"POST", "/desk/members/" + members.Secretariat + "/people/" + o.mariaRef.Person + "/unmake-coordinator", http.StatusConflict},
		{"GET", "/desk/members?cursor=forged", http.StatusBadRequest},
		{"GET", "/desk/members.csv?next=forged", http.StatusBadRequest},
		{"POST", "/desk", http.StatusMethodNotAllowed},
	}
	for _, tt := range tests {
		form := url.Values{}
		if tt.method == "GET" {
			form = nil
		}
		if w := o.do(o.maria, tt.method, tt.path, form); w.Code != tt.want {
			t.Errorf("%s %s: %d, want %d", tt.method, tt.path, w.Code, tt.want)
		}
	}
}

func TestOnlyCoordinatorsReachTheDesk(t *testing.T) {
	o := newOffice(t)
	org, person := o.join("Strovolos", "eleni@strovolos.example")
	o.approve(org.ID)
	member := o.signIn(person)
	for _, route := range o.mux.Routes() {
		method, path, _ := strings.Cut(route.Pattern, " ")
		path = strings.NewReplacer("{organisation}", org.ID, "{person}", person.Ref.Person, "{action}", "suspend").Replace(path)
		nobody := http.StatusSeeOther
		var form url.Values
		if method == "POST" {
			nobody, form = http.StatusUnauthorized, url.Values{}
		}
		w := o.do("", method, path, form)
		if w.Code != nobody || method == "GET" && !strings.HasPrefix(w.Header().Get("Location"), "/sign-in?next=") {
			t.Errorf("%s by nobody: %d to %q", route.Pattern, w.Code, w.Header().Get("Location"))
		}
		if w := o.do(member, method, path, form); w.Code != http.StatusForbidden {
			t.Errorf("%s by a member: %d", route.Pattern, w.Code)
		}
	}
	if got := o.entries(); len(got) != 0 {
		t.Errorf("audit = %q", got)
	}
}
