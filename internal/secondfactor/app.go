package secondfactor

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html/template"
	"image"
	"image/draw"
	"image/png"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// appPage is what the template "app.html" shows: a secret that becomes the person's when the first of
// its codes is typed. The signed token carries it from the page to the form's answer.
type appPage struct {
	page.Form
	Next    string
	Token   string
	Secret  string // in groups of four
	Link    template.URL
	Picture template.URL // the link as a QR code
	Other   bool         // there is an app, which this one replaces
}

// setupPurpose and setupAge are those of the token, which belongs to one session.
const (
	setupPurpose = "authenticator setup"
	setupAge     = time.Hour
)

func (s *Service) showAddApp(w http.ResponseWriter, r *http.Request) error {
	f, err := s.Store.get(r.Context(), web.Who(r.Context()).Member)
	if err == nil {
		err = s.mayChange(r, f)
	}
	if err != nil {
		return err
	}
	return s.renderAddApp(w, r, http.StatusOK, newSecret(), appPage{Next: web.LocalPath(r.URL.Query().Get("next")), Other: f.App != nil})
}

func (s *Service) renderAddApp(w http.ResponseWriter, r *http.Request, status int, secret string, data appPage) error {
	who := web.Who(r.Context())
	link := keyLink(who.Address, secret)
	picture, err := pictureOf(link)
	if err != nil {
		return err
	}
	data.Area, data.Secret, data.Picture = "factor", inGroups(secret), picture
	data.Link = template.URL(link) //nolint:gosec // ours, with all of it escaped
	data.Token = s.Signer.Sign(setupPurpose, s.Now(), who.Session, secret)
	w.Header().Set("Cache-Control", "no-store")
	return pages.Render(w, r, status, "app.html", data)
}

// keyLink is the secret in the form that authenticator apps read (Key URI Format).
func keyLink(address, secret string) string {
	return (&url.URL{
		Scheme: "otpauth", Host: "totp", Path: "/MuNet:" + address,
		RawQuery: url.Values{"secret": {secret}, "issuer": {"MuNet"}}.Encode(),
	}).String()
}

// pictureSize is the width of the QR code in pixels, some for each of its squares, and quiet that of
// the white around it, by which cameras find it.
const (
	pictureSize = 240
	quiet       = 20
)

// pictureOf returns a link as the address of a QR code that is in the address itself.
func pictureOf(link string) (template.URL, error) {
	k, err := otp.NewKeyFromURL(link)
	if err != nil {
		return "", fmt.Errorf("secondfactor: QR code: %w", err)
	}
	code, err := k.Image(pictureSize, pictureSize)
	if err != nil {
		return "", fmt.Errorf("secondfactor: QR code: %w", err)
	}
	picture := image.NewGray(image.Rect(0, 0, pictureSize+2*quiet, pictureSize+2*quiet))
	draw.Draw(picture, picture.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(picture, code.Bounds().Add(image.Pt(quiet, quiet)), code, image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		return "", fmt.Errorf("secondfactor: QR code: %w", err)
	}
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes())), nil //nolint:gosec // as above
}

// inGroups writes a secret as people read it off.
func inGroups(secret string) string {
	var b strings.Builder
	for i, c := range secret {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// addApp sets the authenticator app up whose code was typed, in place of another one.
func (s *Service) addApp(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	who := web.Who(r.Context())
	signed, err := s.Signer.Verify(setupPurpose, r.PostForm.Get("token"), setupAge, s.Now())
	if err != nil || len(signed) != 2 || signed[0] != who.Session {
		return fault.New(http.StatusGone, "setup-expired").Because(err)
	}
	secret := signed[1]
	code, ok := parseCode(r.PostForm.Get("code"))
	step, right, err := stepOf(secret, code.app, s.Now())
	if err != nil {
		return err
	}
	if !ok || !right {
		data := appPage{Form: page.Form{Values: url.Values{"code": {r.PostForm.Get("code")}}}, Next: web.LocalPath(r.PostForm.Get("next"))}
		data.Errors = []fault.Field{{Name: "code", Code: "factor-setup"}}
		return s.renderAddApp(w, r, http.StatusUnprocessableEntity, secret, data)
	}
	sealed, err := s.seal(who.Member, secret)
	if err != nil {
		return err
	}
	now := s.Now().Unix()
	f, err := s.added(w, r, func(f *factors) error {
		f.App = &app{Secret: sealed, Step: step, Created: now, Used: now}
		return nil
	})
	if err != nil {
		return err
	}
	s.tell(r, who, letterAppAdded, nil)
	return s.leaveAdded(w, r, f, web.LocalPath(r.PostForm.Get("next")))
}
