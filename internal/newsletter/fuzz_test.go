package newsletter

import (
	"bytes"
	"image"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	dom "golang.org/x/net/html"

	"github.com/municipalitiesnet/munet/internal/mail"
)

// An image that is accepted is of a type that shows nothing but a picture, has the size that other
// programs see in it, and is left as it is when it is read again.
func FuzzReadImage(f *testing.F) {
	var small bytes.Buffer
	for _, encode := range []func(*bytes.Buffer, image.Image) error{asPNG, asJPEG, asGIF} {
		small.Reset()
		if err := encode(&small, image.NewGray(image.Rect(0, 0, 3, 2))); err != nil {
			f.Fatal(err)
		}
		f.Add(bytes.Clone(small.Bytes()))
		f.Add(withSecret(small.Bytes()))
		f.Add(small.Bytes()[:small.Len()/2])
	}
	f.Add([]byte("<svg onload=alert(1)>"))
	f.Add([]byte("GIF89a\x01\x00\x01\x00<script>"))
	f.Add([]byte("\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDR"))
	f.Add([]byte("\xff\xd8\xff\xe0\x00\x00\xff\xda"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		img, err := readImage(raw)
		if err != nil {
			return
		}
		if _, known := extensions[img.Type]; !known || http.DetectContentType(img.Content) != img.Type || len(img.Content) > len(raw) {
			t.Fatalf("%d of %d bytes of %s, which is %s", len(img.Content), len(raw), img.Type, http.DetectContentType(img.Content))
		}
		seen, _, err := image.DecodeConfig(bytes.NewReader(img.Content))
		if err == nil && (seen.Width != img.Width || seen.Height != img.Height) {
			t.Errorf("%d by %d, and others see %d by %d", img.Width, img.Height, seen.Width, seen.Height)
		}
		if again, err := readImage(img.Content); err != nil || !bytes.Equal(again.Content, img.Content) {
			t.Errorf("it is read again as %+v, %v", again, err)
		}
	})
}

// A moment that is accepted is one that the clocks of the place show, ahead and within a year.
func FuzzParseMoment(f *testing.F) {
	now := time.Date(2027, 3, 14, 12, 0, 0, 0, time.UTC)
	for _, seed := range [][4]string{
		{"2027-03-28", "02:30", "brussels", ""}, {"2027-10-31", "02:30", "brussels", "second"}, {"2027-10-31", "03:30", "athens", ""}, {"2027-02-30", "24:00", "tbilisi", ""},
		{"9999-12-31", "00:00", "../brussels", ""}, {"2027-03-14", "13:00", "brussels", ""}, {"", "", "", ""}, {"2028-03-15", "00:00", "reykjavik", "first"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	f.Fuzz(func(t *testing.T, date, clockTime, zone, which string) {
		v := url.Values{"moment": {"later"}, "date": {date}, "time": {clockTime}, "zone": {zone}, "which": {which}}
		at, refused := parseMoment(v, now)
		if len(refused) > 0 {
			return
		}
		place, err := Zone(zone).location()
		if err != nil || at.In(place).Format("2006-01-02 15:04") != date+" "+clockTime || at.Before(now) || at.Sub(now) > farthest {
			t.Errorf("%v is %v: %v", v, at, err)
		}
	})
}

// An audience that is accepted is the same when its own form is sent back.
func FuzzParseAudience(f *testing.F) {
	for _, seed := range []string{"organisations=ngo&countries=CY&readers=el&topics=housing&role=coordinator", "countries=XX", "readers=en&readers=el", "role=king", "topics=%00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, form string) {
		v, _ := url.ParseQuery(form)
		a, refused := parseAudience(v)
		if len(refused) > 0 {
			return
		}
		again, refused := parseAudience(url.Values{
			"organisations": texts(a.Kinds), "countries": a.Countries, "readers": texts(a.Languages), "topics": texts(a.Topics), "role": {string(a.Role)},
		})
		if len(refused) > 0 || !slices.Equal(again.Kinds, a.Kinds) || !slices.Equal(again.Countries, a.Countries) || !slices.Equal(again.Topics, a.Topics) || again.Role != a.Role {
			t.Errorf("%+v comes back as %+v, %+v", a, again, refused)
		}
	})
}

// A text that is accepted becomes a mail whose HTML, as a parser of HTML reads it, has only what a
// newsletter is made of, and whose subject can be sent.
func FuzzText(f *testing.F) {
	for _, seed := range []string{
		"[x](javascript:alert(1))", "<img src=x onerror=alert(1)>", "![a](https://b.example/c.png)", "[a]: data:text/html,x\n[a]", "<a href='&#106;avascript:x'>", "\\<script>", "`<b>`",
		"[x](https://a.example \"onclick=1\")", "<!--\n--><style>", "|a|\n|-|\n|<svg/onload=1>|", "&lt;script&gt;", "[ ](//evil)", "<x@y.example>", "\x00\x01\u202e",
	} {
		f.Add("Issue 1", seed)
	}
	f.Add("a\r\nBcc: b@c.example", "x")
	f.Add("=?utf-8?q?a?=", "x")
	allowed := strings.Fields("html head body h1 h2 h3 h4 h5 h6 p ul ol li a strong em blockquote hr br img code pre")
	f.Fuzz(func(t *testing.T, subject, source string) {
		text := Text{Subject: subject, Body: source}.Clean()
		if len(text.Validate()) > 0 {
			return
		}
		b, err := parseBody(text.Body, site)
		if err != nil {
			t.Fatal(err)
		}
		m := mail.Message{From: mail.Address{Email: "a@b.example"}, To: mail.Address{Email: "a@b.example"}, Subject: text.Subject, Language: "en", HTML: string(b.HTML)}
		if _, err := m.MIME(); err != nil {
			t.Errorf("the subject %q cannot be sent: %v", text.Subject, err)
		}
		root, err := dom.Parse(strings.NewReader(string(b.HTML)))
		if err != nil {
			t.Fatal(err)
		}
		for n := range root.Descendants() {
			if n.Type == dom.ElementNode && !slices.Contains(allowed, n.Data) || n.Type == dom.CommentNode {
				t.Errorf("%v %q in %q", n.Type, n.Data, b.HTML)
			}
			for _, a := range n.Attr {
				checkAttribute(t, a)
			}
		}
	})
}

func checkAttribute(t *testing.T, a dom.Attribute) {
	t.Helper()
	switch a.Key {
	case "href", "src":
		u, err := url.Parse(a.Val)
		if err != nil || !slices.Contains([]string{"http", "https", "mailto", "tel"}, u.Scheme) || a.Key == "src" && u.Host != site.Host {
			t.Errorf("%s=%q: %v", a.Key, a.Val, err)
		}
	case "style", "alt", "start", "width", "height", "border", "title", "role":
	case "class":
		if a.Val != "link" {
			t.Errorf("class %q", a.Val)
		}
	default:
		t.Errorf("attribute %s=%q", a.Key, a.Val)
	}
}
