package practicenews

import (
	"errors"
	"io"
	"mime"
	"mime/quotedprintable"
	netmail "net/mail"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/members"
)

// inbox takes the mails to an address: subject, headers and text, decoded.
func (o *office) inbox(address string) []string {
	o.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	var read []string
	for _, raw := range o.mails[address] {
		message, err := netmail.ReadMessage(strings.NewReader(raw))
		if err != nil {
			o.Fatal(err)
		}
		subject, err := (&mime.WordDecoder{}).DecodeHeader(message.Header.Get("Subject"))
		if err != nil {
			o.Fatal(err)
		}
		text, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(raw)))
		if err != nil && len(text) == 0 {
			o.Fatal(err)
		}
		plain, _, _ := strings.Cut(strings.ReplaceAll(string(text), "\r\n", "\n"), "Content-Type: text/html")
		read = append(read, subject+"\n"+plain)
	}
	delete(o.mails, address)
	return read
}

// one takes the only mail to an address, which must have all of the words.
func (o *office) one(address string, words ...string) string {
	o.Helper()
	got := o.inbox(address)
	if len(got) != 1 {
		o.Fatalf("%d mails to %s, want one", len(got), address)
	}
	for _, w := range words {
		if !strings.Contains(got[0], w) {
			o.Errorf("the mail to %s lacks %q:\n%s", address, w, got[0])
		}
	}
	return got[0]
}

// silent fails if there is mail to an address.
func (o *office) silent(address, why string) {
	o.Helper()
	if got := o.inbox(address); len(got) > 0 {
		o.Errorf("mail to %s: %s\n%s", address, why, got[0])
	}
}

func TestMondays(t *testing.T) {
	o := newOffice(t)
	o.member("two@pafos.example", "en", "housing", "health")
	o.member("el@pafos.example", "el", "health")
	o.member("other@pafos.example", "en", "crime")
	o.member("none@pafos.example", "en")
	keys := o.publish("Keys", "housing", "health")
	o.publish("Nurses", "health", "education")

	o.on("2027-03-15 06:59")
	o.silent("two@pafos.example", "before seven")
	o.on("2027-03-15 07:05")
	got := o.one("two@pafos.example", "2 practices on your themes", "* Keys\n", "* Nurses\n", "What Keys did.", "Δήμος Στροβόλου (Strovolos, Cyprus)",
		"Your themes: Housing and settlement, Health care", "from 8 March 2027 to 15 March 2027", "https://munet.example/practices/"+keys+"?lang=en",
		"/practices?theme=housing&theme=health&lang=en", "List-Unsubscribe-Post: List-Unsubscribe=One-Click", "List-Id: <practices.munet.example>", "because you\nfollow themes")
	if n := strings.Count(got, "/practices/"+keys); n != 1 {
		t.Errorf("a practice on two themes is told %d times", n)
	}
	o.one("el@pafos.example", "Keys ελληνικά", "Nurses ελληνικά", "?lang=el", "Το θέμα σας: ")
	for _, address := range []string{"other@pafos.example", "none@pafos.example"} {
		o.silent(address, "there is nothing for them")
	}

	o.set(at("2027-03-16 12:00"))
	o.update(keys)
	o.publish("Keys again", "housing")
	o.on("2027-03-21 23:55")
	o.silent("two@pafos.example", "the week is not over")
	o.on("2027-03-22 07:02")
	got = o.one("two@pafos.example", "2 practices on your themes, first: Keys again", "\nUpdated\n-------\n")
	if strings.Contains(got, "Nurses") || strings.Index(got, "Keys again") > strings.LastIndex(got, "Keys\n") {
		t.Errorf("the second week is told as\n%s", got)
	}
	o.one("el@pafos.example", "Μία πρακτική στα θέματά σας: Keys ελληνικά")

	// A week in which nothing happened; the clocks go forward in its end.
	o.on("2027-03-29 07:05")
	o.silent("two@pafos.example", "nothing was published")
}

func TestMondayMorningsWhenTheClocksChange(t *testing.T) {
	for now, want := range map[string]string{
		"2027-03-29 06:59": "2027-03-22 07:00", "2027-03-29 07:00": "2027-03-29 07:00", "2027-04-04 23:59": "2027-03-29 07:00",
		"2027-10-31 02:30": "2027-10-25 07:00", "2027-11-01 06:59": "2027-10-25 07:00", "2027-11-01 07:00": "2027-11-01 07:00",
	} {
		if got := monday(at(now)); !got.Equal(at(want)) {
			t.Errorf("%s: the last Monday morning is %s, want %s", now, got, want)
		}
	}
	for now, want := range map[string]string{
		"2027-03-26 12:00": "2027-03-29 07:00", "2027-03-29 07:00": "2027-03-30 07:00", "2027-10-29 07:05": "2027-11-01 07:00",
	} {
		if got := tomorrow(at(now)); !got.Equal(at(want)) {
			t.Errorf("%s: the next working day begins at %s, want %s", now, got, want)
		}
	}
}

func TestEveryMomentBelongsToOneWeek(t *testing.T) {
	o := newOffice(t)
	o.member("anna@pafos.example", "en", "housing")
	o.set(at("2027-03-22 06:59").Add(59 * time.Second))
	o.publish("Before", "housing")
	o.set(at("2027-03-22 07:00"))
	o.publish("After", "housing")
	o.run()
	o.silent("anna@pafos.example", "what was just published may not be seen yet")
	o.on("2027-03-22 07:01")
	if got := o.one("anna@pafos.example", "Before"); strings.Contains(got, "After") {
		t.Errorf("the next week's practice is told as well:\n%s", got)
	}
	// Nobody was there for two weeks.
	o.on("2027-04-08 15:00")
	if got := o.one("anna@pafos.example", "After"); strings.Contains(got, "Before") {
		t.Errorf("told again:\n%s", got)
	}
}

func TestWhoeverLeavesMeanwhileGetsNothing(t *testing.T) {
	o := newOffice(t)
	const stays = "stays@pafos.example"
	o.member(stays, "en", "housing")
	unfollows := o.member("unfollows@pafos.example", "en", "housing", "health")
	narrows := o.member("narrows@pafos.example", "en", "housing", "health")
	stops := o.member("stops@pafos.example", "en", "housing")
	leaves := o.member("leaves@pafos.example", "en", "housing")
	complains := o.member("complains@pafos.example", "en", "housing")
	o.publish("Keys", "housing")
	o.publish("Nurses", "health")
	o.set(at("2027-03-15 07:05"))
	if err := o.editor(o.client).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	engine := o.engine(o.client)
	w := &wire{dieAt: 3} // it writes the recipients down, and dies with the first mail in hand
	if _, err := o.engine(o.over(w)).Run(t.Context()); !errors.Is(err, errDead) {
		t.Fatalf("the sender died of %v", err)
	}
	o.follow(unfollows)
	o.follow(narrows, "health")
	if err := o.people.Unsubscribe(t.Context(), stops.Ref, members.ForPractices, members.Consenting{How: "one-click", Language: "en"}); err != nil {
		t.Fatal(err)
	}
	if _, err := o.people.DecidePerson(t.Context(), leaves.Ref, members.Decision{Action: members.Leave}); err != nil {
		t.Fatal(err)
	}
	if err := members.NewSuppressions(o.people, o.links.Signer).Add(t.Context(), complains.Address, "complaint"); err != nil {
		t.Fatal(err)
	}
	o.set(at("2027-03-15 08:05"))
	for range 2 {
		if _, err := engine.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	o.one(stays, "Keys")
	if got := o.one(narrows.Address, "Nurses"); strings.Contains(got, "Keys") {
		t.Errorf("told of a theme that is not followed any more:\n%s", got)
	}
	for _, p := range []members.Person{unfollows, stops, leaves, complains} {
		o.silent(p.Address, "left meanwhile")
	}
}

// TestKilledAnywhere kills the editor and the sender at each of their writes, with the answer lost or
// the write, and lets them begin again. Nobody gets a second mail, and nobody is left out whose mail
// was not in hand.
func TestKilledAnywhere(t *testing.T) {
	o := newOffice(t)
	const people = 3
	for i := range people {
		o.member("a"+strconv.Itoa(i)+"@pafos.example", "en", "housing", "health")
	}
	monday := at("2027-03-15 07:05")
	for i := 0; ; i++ {
		dieAt, late := 1+i/2, i%2 == 1
		o.set(monday.Add(-time.Hour))
		o.publish("Keys "+strconv.Itoa(i), "housing", "health")
		o.set(monday)
		w := &wire{dieAt: dieAt, late: late}
		client := o.over(w)
		err := o.editor(client).Run(t.Context())
		if err == nil {
			_, err = o.engine(client).Run(t.Context())
		}
		killed := w.dead
		if killed != (err != nil) {
			t.Fatalf("write %d: dead %v, %v", dieAt, killed, err)
		}
		for range 3 {
			o.set(o.now().Add(6 * time.Minute)) // leases end
			o.run()
		}
		report, err := dissemination.NewStore(o.client, o.tables["DeliveriesTable"], o.now).Report(t.Context(), "practices-"+monday.Format(day), 100)
		if err != nil || report.State != dissemination.Done {
			t.Fatalf("write %d: %+v, %v", dieAt, report, err)
		}
		told := 0
		for i := range people {
			got := o.inbox("a" + strconv.Itoa(i) + "@pafos.example")
			if len(got) > 1 {
				t.Errorf("write %d, late %v: %d mails", dieAt, late, len(got))
			}
			told += len(got)
		}
		if report.Recipients != people || told+report.Unknown < people {
			t.Errorf("write %d, late %v: %d recipients, %d told, %d unknown", dieAt, late, report.Recipients, told, report.Unknown)
		}
		if !killed {
			if i < 10 {
				t.Errorf("only %d writes were looked at", i/2)
			}
			return
		}
		in := monday
		monday = time.Date(in.Year(), in.Month(), in.Day()+7, 7, 5, 0, 0, in.Location())
	}
}

func TestTwoEditorsAtOnce(t *testing.T) {
	o := newOffice(t)
	o.member("anna@pafos.example", "en", "housing")
	o.publish("Keys", "housing")
	o.set(at("2027-03-15 07:05"))
	errs := make(chan error)
	for range 4 {
		go func() { errs <- o.editor(o.client).Run(t.Context()) }()
	}
	for range 4 {
		if err := <-errs; err != nil && !errors.Is(err, errMoved) {
			t.Error(err)
		}
	}
	o.run()
	o.one("anna@pafos.example", "Keys")
}

func TestManyInAWeek(t *testing.T) {
	o := newOffice(t)
	o.member("anna@pafos.example", "en", "housing")
	for i := range shown + 2 {
		o.publish("Keys "+strconv.Itoa(i), "housing")
	}
	o.on("2027-03-15 07:05")
	got := o.one("anna@pafos.example", "17 practices on your themes", "2 more:")
	if n := strings.Count(got, "What Keys"); n != shown {
		t.Errorf("%d are shown in full, want %d", n, shown)
	}
}
