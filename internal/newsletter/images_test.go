package newsletter

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/municipalitiesnet/munet/internal/language"
)

// drawn draws an image of 640 by 480 and encodes it.
func drawn(t *testing.T, encode func(*bytes.Buffer, image.Image) error) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := encode(&out, image.NewRGBA(image.Rect(0, 0, 640, 480))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func asPNG(b *bytes.Buffer, i image.Image) error  { return png.Encode(b, i) }
func asJPEG(b *bytes.Buffer, i image.Image) error { return jpeg.Encode(b, i, nil) }
func asGIF(b *bytes.Buffer, i image.Image) error  { return gif.Encode(b, i, nil) }

// withSecret adds what a camera writes: a text chunk to a PNG, an Exif segment to a JPEG.
func withSecret(raw []byte) []byte {
	const secret = "Exif\x00\x00taken at home"
	if raw[0] == 0xFF {
		segment := binary.BigEndian.AppendUint16([]byte{0xFF, 0xE1}, uint16(len(secret)+2))
		return append(append(append([]byte{}, raw[:2]...), append(segment, secret...)...), raw[2:]...)
	}
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(secret)))
	chunk = append(append(chunk, "tEXt"...), secret...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	const afterHeader = 8 + 25
	return append(append(append([]byte{}, raw[:afterHeader]...), chunk...), raw[afterHeader:]...)
}

func TestReadImage(t *testing.T) {
	for name, raw := range map[string][]byte{
		"PNG": withSecret(drawn(t, asPNG)), "JPEG": withSecret(drawn(t, asJPEG)), "GIF": drawn(t, asGIF),
	} {
		img, err := readImage(raw)
		if err != nil || img.Width != 640 || img.Height != 480 {
			t.Errorf("%s: %dx%d, %v", name, img.Width, img.Height, err)
			continue
		}
		if bytes.Contains(img.Content, []byte("taken at home")) {
			t.Errorf("%s still says where it was taken", name)
		}
		if _, _, err := image.Decode(bytes.NewReader(img.Content)); err != nil {
			t.Errorf("%s: what is left is no image: %v", name, err)
		}
		for _, cut := range []int{0, 1, 9, 20, 30} {
			if img, err := readImage(raw[:cut]); err == nil && name != "GIF" {
				t.Errorf("%s cut after %d bytes is %dx%d", name, cut, img.Width, img.Height)
			}
		}
	}
	wide := drawn(t, func(b *bytes.Buffer, _ image.Image) error {
		return png.Encode(b, image.NewRGBA(image.Rect(0, 0, maxPixels+1, 1)))
	})
	for name, raw := range map[string][]byte{
		"SVG": []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), "a page": []byte("<!doctype html><script>"), "too wide": wide,
		"too heavy": append(drawn(t, asPNG), make([]byte, MaxImage)...), "WebP": []byte("RIFF\x24\x00\x00\x00WEBPVP8 "),
	} {
		if _, err := readImage(raw); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// upload posts an image file.
func (o *office) upload(raw []byte, alt string) *httptest.ResponseRecorder {
	o.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "picture.png")
	if err != nil {
		o.Fatal(err)
	}
	if _, err := part.Write(raw); err != nil {
		o.Fatal(err)
	}
	if err := form.WriteField("alt", alt); err != nil {
		o.Fatal(err)
	}
	if err := form.Close(); err != nil {
		o.Fatal(err)
	}
	r := httptest.NewRequestWithContext(o.Context(), "POST", "/desk/newsletters/images", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Who", "coordinator")
	w := httptest.NewRecorder()
	o.mux.ServeHTTP(w, r)
	return w
}

func TestImages(t *testing.T) {
	o := newOffice(t)
	raw := drawn(t, asPNG)
	for name, c := range map[string]struct {
		raw  []byte
		alt  string
		want string
	}{
		"no text":  {raw, " ", "This is needed."},
		"no file":  {nil, "A map", "This is needed."},
		"an SVG":   {[]byte("<svg/>"), "A map", "no PNG, JPEG or GIF"},
		"too much": {make([]byte, MaxImage+1), "A map", "larger than 200 KB"},
	} {
		if w := o.upload(c.raw, c.alt); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s: %d, want %q in\n%s", name, w.Code, c.want, w.Body)
		}
	}
	if w := o.upload(raw, "A map [of] members"); w.Code != http.StatusSeeOther {
		t.Fatalf("the upload answers %d\n%s", w.Code, w.Body)
	}
	images, err := o.Newsletters.Images(t.Context())
	if err != nil || len(images) != 1 {
		t.Fatalf("%d images, %v", len(images), err)
	}
	path := images[0].Path()
	body, header := o.visit(path)
	if header.Get("Content-Type") != "image/png" || header.Get("Cache-Control") != "public, max-age=31536000, immutable" ||
		header.Get("X-Content-Type-Options") != "nosniff" || header.Get("Content-Security-Policy") != "default-src 'none'; sandbox" {
		t.Errorf("the image has the headers %v", header)
	}
	if cfg, _, err := image.DecodeConfig(strings.NewReader(body)); err != nil || cfg.Width != 640 {
		t.Errorf("the image is %+v, %v", cfg, err)
	}
	for _, other := range []string{"/newsletters/images/0123456789abcdef-1x1.png", "/newsletters/images/x.svg"} {
		if w := o.do("", "GET", other, nil); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", other, w.Code)
		}
	}

	// In a text, a mail and on the public page.
	text := o.write(Monthly, "en", nil) + "/texts/en"
	page := o.press(text, "Look:", "block:images:A map [of] members")
	if !strings.Contains(page, `![A map \[of\] members](`+path+`)`) {
		t.Errorf("the text has no image:\n%s", page)
	}
	id := o.sent(Monthly, map[language.Tag]Text{"en": {Subject: "Map", Body: "Look:\n\n" + images[0].Markdown() + "\n\n![theirs](https://elsewhere.eu/spy.png)"}})
	preview := o.do("coordinator", "GET", "/desk/newsletters/"+id+"/preview/en/mail", nil).Body.String()
	want := `<img src="https://munet.example` + path + `" alt="A map [of] members" width="520" height="390"`
	if !strings.Contains(preview, want) || strings.Contains(preview, `src="https://elsewhere.eu`) {
		t.Errorf("the mail lacks %s or loads an image from elsewhere:\n%s", want, preview)
	}
	if public, _ := o.visit("/newsletters/" + id); !strings.Contains(public, want) {
		t.Errorf("the page lacks %s", want)
	}
}
