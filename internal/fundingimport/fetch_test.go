package fundingimport

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/municipalitiesnet/munet/internal/call"
)

func TestPublicAddresses(t *testing.T) {
	for address, want := range map[string]bool{
		"93.184.216.34:443": true, "93.184.216.34:80": true, "[2a02:26f0::1]:443": true,
		"93.184.216.34:22": false, "127.0.0.1:80": false, "10.1.2.3:80": false, "172.16.0.1:80": false, "192.168.1.1:443": false,
		"169.254.169.254:80": false, "100.64.0.1:80": false, "0.0.0.0:80": false, "198.18.0.1:80": false, "224.0.0.1:80": false, "255.255.255.255:80": false,
		"[::1]:80": false, "[::]:80": false, "[fe80::1]:80": false, "[fc00::1]:80": false, "[fd00:ec2::254]:80": false, "[ff02::1]:80": false,
		"[::ffff:127.0.0.1]:80": false, "[::ffff:169.254.169.254]:80": false, "[64:ff9b::a9fe:a9fe]:80": false, "[2002:7f00:1::]:80": false,
		"[2001:db8::1]:80": false, "[2001::1]:80": false, "[::ffff:93.184.216.34]:443": true, "[fe80::1%25eth0]:80": false,
	} {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			at = netip.AddrPort{}
		}
		if got := public(at); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}

// feedServer serves a feed at a loopback address, which the fetcher of the test takes for public.
func feedServer(t *testing.T, handler http.HandlerFunc) (Adapter, string) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	own := netip.MustParseAddrPort(strings.TrimPrefix(server.URL, "http://"))
	fetch := newFetcher(nil, func(at netip.AddrPort) bool { return at == own || public(at) })
	return (&Feeds{fetch}).Adapter(), server.URL
}

func read(t *testing.T, adapter Adapter, url string) (Page, string) {
	t.Helper()
	page, err := adapter.Page(t.Context(), call.Source{ID: "feed-1", Kind: call.Feed, URL: url, Programme: "AMIF", Language: "el", Countries: []string{"GR"}}, "")
	if err == nil {
		return page, ""
	}
	trouble, ok := errors.AsType[*Trouble](err)
	if !ok {
		t.Fatalf("%v is no trouble", err)
	}
	return page, trouble.Reason
}

func TestHostileAddresses(t *testing.T) {
	adapter, server := feedServer(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
	})
	for address, want := range map[string]string{
		"http://127.0.0.1:9/":                  reasonAddress,
		"http://[::1]/":                        reasonAddress,
		"http://169.254.169.254/latest/":       reasonAddress,
		"http://localhost/":                    reasonAddress,
		"file:///etc/passwd":                   reasonAddress,
		"http://user:secret@93.184.216.34/":    reasonAddress,
		"gopher://93.184.216.34/":              reasonAddress,
		"http://2130706433/":                   reasonAddress,
		server + "/?to=http://127.0.0.1:9/":    reasonAddress,
		server + "/?to=http://169.254.169.254": reasonAddress,
		server + "/?to=file:///etc/passwd":     reasonAddress,
		server + "/?to=/":                      reasonAddress, // for ever
	} {
		_, got := read(t, adapter, address)
		if got != want && (address != "http://2130706433/" || got != reasonDown) { // a name that some resolvers take for an address
			t.Errorf("%s: %q", address, got)
		}
	}
}

func TestOnlyConfiguredHosts(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the other host was asked") }))
	defer other.Close()
	server := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	fetch, err := NewFetcher(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	p := &Portal{Search: server.URL, Topics: server.URL, Fetch: fetch}
	_, err = p.Adapter().Page(t.Context(), call.Source{ID: "portal"}, "")
	if trouble, ok := errors.AsType[*Trouble](err); !ok || trouble.Reason != reasonAddress {
		t.Errorf("%v", err)
	}
	if _, err := NewFetcher("no address"); err == nil {
		t.Error("what is no address was taken")
	}
}

const atomFeed = `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Calls</title>
<entry><id>urn:1</id><title>Πρόσκληση &lt;b&gt;για δήμους&lt;/b&gt;</title><link href="https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/opportunities/topic-details/amif-2027-tf2"/>
<content type="html">&lt;p&gt;Housing for towns that receive newcomers from abroad.&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;</content></entry>
<entry><title>No identity</title></entry></feed>`

func TestFeeds(t *testing.T) {
	const rss = `<?xml version="1.0"?><rss version="2.0"><channel><title>T</title><language>el-GR</language>
<item><title>One</title><link>https://example.org/1</link><description>A &lt;b&gt;short&lt;/b&gt; text.</description></item></channel></rss>`
	adapter, server := feedServer(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/xml; charset=utf-8")
		switch r.URL.Path {
		case "/atom":
			_, _ = fmt.Fprint(w, atomFeed)
		case "/rss":
			_, _ = fmt.Fprint(w, rss)
		case "/bomb":
			_, _ = fmt.Fprint(w, `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><rss><channel><item><title>&b;</title></item></channel></rss>`)
		case "/long":
			for range 6 {
				_, _ = w.Write(make([]byte, 1<<20))
			}
		case "/elements":
			_, _ = fmt.Fprint(w, "<rss><channel>"+strings.Repeat("<item/>", maxTags)+"</channel></rss>")
		case "/page":
			w.Header().Set("Content-Type", "text/html")
			_, _ = fmt.Fprint(w, "<html>")
		default:
			_, _ = fmt.Fprint(w, "<rss><chan")
		}
	})
	page, reason := read(t, adapter, server+"/atom")
	if reason != "" || len(page.Records) != 1 || len(page.Refusals) != 1 {
		t.Fatalf("%+v, %s", page, reason)
	}
	r := page.Records[0]
	if r.Title != "Πρόσκληση για δήμους" || r.Text != "Housing for towns that receive newcomers from abroad." || r.Keys[0] != call.TopicKey("AMIF-2027-TF2") || r.Kind != call.Grant || r.Language != "el" || r.Topics[0] != "housing" {
		t.Errorf("%+v", r)
	}
	if page, reason = read(t, adapter, server+"/rss"); reason != "" || page.Records[0].ID != "https://example.org/1" || page.Records[0].Summary != "A short text." {
		t.Errorf("%+v, %s", page, reason)
	}
	for path, want := range map[string]string{"/bomb": reasonShape, "/long": reasonLarge, "/elements": reasonLarge, "/page": reasonType, "/broken": reasonShape} {
		if page, reason = read(t, adapter, server+path); reason != want || len(page.Records) != 0 {
			t.Errorf("%s: %q, %d records", path, reason, len(page.Records))
		}
	}
}

func TestTagsOfMarkupInFeedsAreNotCounted(t *testing.T) {
	for content, want := range map[string]int{
		"<rss><item/></rss>": 3, "<a><![CDATA[<p><p>]]></a>": 2, "<a><![CDATA[<p>": 1, "": 0,
	} {
		if got := tags([]byte(content)); got != want {
			t.Errorf("%s: %d", content, got)
		}
	}
}

func FuzzFeed(f *testing.F) {
	f.Add([]byte(atomFeed))
	f.Fuzz(func(t *testing.T, content []byte) {
		var page Page
		if err := page.takeFeed(call.Source{ID: "feed-1"}, content); err != nil {
			return
		}
		for _, r := range page.Records {
			if refused := r.Validate(); len(refused) > 0 {
				t.Errorf("an invalid record: %+v", refused)
			}
		}
	})
}

func FuzzResult(f *testing.F) {
	f.Add([]byte(`{"language":"en","metadata":{"identifier":["A-1"],"type":["1"],"DATASOURCE":["SEDIA"],"title":["T"],"deadlineDate":["2027-01-01"],"budgetOverview":["{}"],"actions":["[]"]}}`))
	f.Add([]byte(`{"metadata":{"identifier":"A","type":1,"DATASOURCE":"SEDIA","title":"T","deadlineDate":null,"actions":["{"]}}`))
	f.Fuzz(func(t *testing.T, result []byte) {
		for _, kind := range portalTypes() {
			var page Page
			page.take(kind.source, kind, result, 1)
			if len(page.Records)+len(page.Refusals) != 1 {
				t.Errorf("%d records, %d refusals of one result", len(page.Records), len(page.Refusals))
			}
		}
	})
}

func FuzzDay(f *testing.F) {
	f.Add("2027-04-08T00:00:00.000+0000")
	f.Add("1807142400000")
	f.Fuzz(func(t *testing.T, written string) {
		d, err := day(written)
		if err != nil {
			return
		}
		if again, err := day(string(d)); err != nil || again != d {
			t.Errorf("%q became %q, which is none: %v", written, d, err)
		}
	})
}
