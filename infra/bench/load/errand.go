package main

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/municipalitiesnet/munet/infra/bench/shelf"
	"github.com/municipalitiesnet/munet/internal/members"
)

// An errand is what somebody comes to the site for: one request or several in a row.
type errand struct {
	name   string
	weight int // of a hundred
	do     func(context.Context, *visitor) error
}

// A town knows what there is to ask for.
type town struct {
	population
	shelf    *shelf.Shelf
	members  chan signedIn // who is not on an errand at the moment
	next     *counter      // of what is written
	entering atomic.Int64  // counts those who sign in by mail
}

// sessions is how many members are signed in from the beginning: those of the first organisations.
func (p population) sessions() int { return min(400, p.organisations()/4) }

// The mix: three of four only read, as on any such site; the rest sign in, register, and work. Nobody has
// measured a real one yet.
func (t *town) errands() []errand {
	return []errand{
		{"read the home page", 14, t.home},
		{"read a page about the network", 4, t.about},
		{"read the list of members", 12, t.readMembers},
		{"find a member", 8, t.findMember},
		{"read practices", 14, t.readPractices},
		{"read calls", 12, t.readCalls},
		{"fetch a feed", 7, t.feed},
		{"ask the API", 10, t.api},
		{"register and confirm", 4, t.register},
		{"sign in", 3, t.signIn},
		{"save the profile", 3, t.saveProfile},
		{"change preferences", 3, t.savePreferences},
		{"submit a practice", 2, t.submit},
		{"write to a contact person", 4, t.contact},
	}
}

// follow gets the pages one after the other.
func follow(ctx context.Context, v *visitor, pages ...[2]string) error {
	for _, p := range pages {
		if _, err := v.get(ctx, p[0], p[1]); err != nil {
			return err
		}
	}
	return nil
}

var (
	styleAddress    = regexp.MustCompile(`href="(/static/[^"]+\.css)"`)
	practiceAddress = regexp.MustCompile(`href="(/practices/[A-Z2-7]{16})[?"]`)
	callAddress     = regexp.MustCompile(`href="(/calls/[A-Za-z0-9]+)[?"]`)
	nextAddress     = regexp.MustCompile(`href="(/members\?[^"]*next=[^"]+)"`)
)

// linkIn returns the first address on a page that a pattern finds, "" if there is none.
func linkIn(a answer, pattern *regexp.Regexp) string {
	found := pattern.FindSubmatch(a.body)
	if found == nil {
		return ""
	}
	return strings.ReplaceAll(string(found[1]), "&amp;", "&")
}

func (t *town) home(ctx context.Context, v *visitor) error {
	a, err := v.get(ctx, "home: page", "/")
	if err != nil {
		return err
	}
	return follow(ctx, v, [2]string{"home: static file", linkIn(a, styleAddress)})
}

func (t *town) about(ctx context.Context, v *visitor) error {
	paths := []string{"/about", "/privacy", "/accessibility"}
	return follow(ctx, v, [2]string{"home: about, privacy, accessibility", paths[v.traffic.chance.intN(len(paths))]})
}

func (t *town) readMembers(ctx context.Context, v *visitor) error {
	a, err := v.get(ctx, "members: list", "/members")
	if err != nil {
		return err
	}
	if next := linkIn(a, nextAddress); next != "" {
		_, err = v.get(ctx, "members: list", next)
	}
	return err
}

func (t *town) findMember(ctx context.Context, v *visitor) error {
	c := v.traffic.chance
	country := members.Countries[c.intN(len(members.Countries))]
	kind := members.Kinds[c.intN(len(members.Kinds))]
	words := fmt.Sprintf("Town %06d", c.intN(t.organisations()))
	switch c.intN(3) {
	case 0:
		return follow(ctx, v, [2]string{"members: by country", "/members?country=" + country})
	case 1:
		return follow(ctx, v, [2]string{"members: by country and kind", "/members?country=" + country + "&kind=" + string(kind)})
	default:
		return follow(ctx, v, [2]string{"members: by name", "/members?" + url.Values{"words": {words}}.Encode()})
	}
}

func (t *town) readPractices(ctx context.Context, v *visitor) error {
	path, kind := "/practices", "practices: list"
	if v.traffic.chance.intN(3) > 0 {
		path, kind = "/practices?"+t.query(v), "practices: search"
	}
	a, err := v.get(ctx, kind, path)
	if err != nil {
		return err
	}
	if one := linkIn(a, practiceAddress); one != "" {
		_, err = v.get(ctx, "practices: read one", one)
	}
	return err
}

// query makes up a search; the shelf is one for all.
func (t *town) query(v *visitor) string {
	c := v.traffic.chance
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return t.shelf.Query()
}

func (t *town) readCalls(ctx context.Context, v *visitor) error {
	path, kind := "/calls", "calls: list"
	if v.traffic.chance.intN(3) > 0 {
		topic := members.Topics[v.traffic.chance.intN(len(members.Topics))]
		path, kind = "/calls?words=housing&topic="+string(topic), "calls: search"
	}
	a, err := v.get(ctx, kind, path)
	if err != nil {
		return err
	}
	if one := linkIn(a, callAddress); one != "" {
		_, err = v.get(ctx, "calls: read one", one)
	}
	return err
}

func (t *town) feed(ctx context.Context, v *visitor) error {
	feeds := [][2]string{
		{"feeds: practices", "/practices.atom"}, {"feeds: calls", "/calls.atom"}, {"feeds: newsletters", "/newsletters.atom"},
		{"feeds: calendar of calls", "/calls.ics"},
	}
	return follow(ctx, v, feeds[v.traffic.chance.intN(len(feeds))])
}

func (t *town) api(ctx context.Context, v *visitor) error {
	c := v.traffic.chance
	country := members.Countries[c.intN(len(members.Countries))]
	asked := [][2]string{
		{"API: organisations", "/api/organisations"}, {"API: organisations by country", "/api/organisations?country=" + country},
		{"API: practices", "/api/practices?" + t.query(v)}, {"API: calls", "/api/calls?words=housing"},
	}
	return follow(ctx, v, asked[c.intN(len(asked))])
}

// contact writes to the contact person of a practice.
func (t *town) contact(ctx context.Context, v *visitor) error {
	number := v.traffic.chance.intN(t.practices)
	path := "/practices/" + made("practice", number) + "/contact"
	a, err := v.get(ctx, "contact form: page", path)
	if err != nil {
		return err
	}
	marker := t.next.marker()
	to, values, err := fill(a, path, "", url.Values{
		"name": {"A Reader"}, "address": {marker + "@reader.example"}, "message": {"How did you begin? " + marker},
	})
	if err != nil {
		return err
	}
	if _, err = v.post(ctx, "contact form: send", to, values); err == nil {
		v.traffic.ledger.written(addressOf(number*7%t.organisations(), false), marker)
	}
	return err
}

// shuffledTopics are two themes.
func (t *town) shuffledTopics(v *visitor) []string {
	at := v.traffic.chance.intN(len(members.Topics) - 1)
	topics := []string{string(members.Topics[at]), string(members.Topics[at+1])}
	slices.Sort(topics)
	return topics
}
