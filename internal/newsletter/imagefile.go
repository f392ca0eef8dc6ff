package newsletter

import (
	"bytes"
	"encoding/binary"
	"net/http"

	"github.com/municipalitiesnet/munet/internal/fault"
)

// imageFile is an image as it is published: without what its camera or program wrote about itself,
// which may say where somebody lives.
type imageFile struct {
	Type          string // of media, such as image/png
	Width, Height int
	Content       []byte
}

const (
	// MaxImage is the largest image in bytes: a form with it stays under the limit of a request, and
	// an item in DynamoDB under 400 KB.
	MaxImage = 200 << 10
	// maxPixels bounds either side of an image.
	maxPixels = 4096
)

// extensions are the types of images that every mail program shows. SVG can hold a program, and is
// not among them.
var extensions = map[string]string{"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif"}

// errImage is the refusal of a file.
func errImage(code string) *fault.Error { return fault.Invalid(fault.Field{Name: "file", Code: code}) }

// readImage looks at a file's own bytes; what its name or the browser says of it counts nothing.
func readImage(raw []byte) (imageFile, error) {
	if len(raw) == 0 {
		return imageFile{}, errImage("required")
	}
	if len(raw) > MaxImage {
		f := errImage("too-heavy")
		f.Fields[0].Args = map[string]any{"Kilobytes": MaxImage >> 10}
		return imageFile{}, f
	}
	img, ok := imageFile{Type: http.DetectContentType(raw), Content: raw}, false
	switch img.Type {
	case "image/png":
		ok = img.png()
	case "image/jpeg":
		ok = img.jpeg()
	case "image/gif":
		ok = len(raw) > 13
		if ok {
			img.Width, img.Height = int(binary.LittleEndian.Uint16(raw[6:])), int(binary.LittleEndian.Uint16(raw[8:]))
		}
	default:
		return img, errImage("no-image")
	}
	switch {
	case !ok || img.Width < 1 || img.Height < 1:
		return img, errImage("no-image")
	case img.Width > maxPixels || img.Height > maxPixels:
		f := errImage("too-wide")
		f.Fields[0].Args = map[string]any{"Limit": maxPixels}
		return img, f
	}
	return img, nil
}

// png reads the measures and leaves out all chunks but those that the picture needs (ISO 15948, 11).
func (i *imageFile) png() bool {
	const signature = 8
	var out bytes.Buffer
	out.Write(i.Content[:signature])
	rest := i.Content[signature:]
	for len(rest) >= 12 {
		size := int(binary.BigEndian.Uint32(rest))
		if size > len(rest)-12 {
			return false
		}
		name, chunk := string(rest[4:8]), rest[:size+12]
		switch name {
		case "IHDR":
			if size < 8 {
				return false
			}
			i.Width, i.Height = int(binary.BigEndian.Uint32(rest[8:])), int(binary.BigEndian.Uint32(rest[12:]))
			out.Write(chunk)
		case "PLTE", "IDAT", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "sBIT", "bKGD", "pHYs":
			out.Write(chunk)
		case "IEND":
			out.Write(chunk)
			i.Content = out.Bytes()
			return true
		}
		rest = rest[size+12:]
	}
	return false
}

// jpeg reads the measures and leaves out comments and the segments of applications, but for those that
// say how the colours are meant (ISO 10918-1, B.1).
func (i *imageFile) jpeg() bool {
	var out bytes.Buffer
	out.Write(i.Content[:2])
	rest := i.Content[2:]
	for len(rest) >= 4 && rest[0] == 0xFF {
		marker, size := rest[1], int(binary.BigEndian.Uint16(rest[2:]))+2
		if size < 4 || size > len(rest) {
			return false
		}
		switch {
		case marker == 0xDA: // the picture itself, to the end
			out.Write(rest)
			i.Content = out.Bytes()
			return true
		case marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC:
			if size < 9 {
				return false
			}
			i.Height, i.Width = int(binary.BigEndian.Uint16(rest[5:])), int(binary.BigEndian.Uint16(rest[7:]))
			out.Write(rest[:size])
		case marker == 0xFE, marker >= 0xE1 && marker <= 0xEF && marker != 0xE2 && marker != 0xEE:
			// left out
		default:
			out.Write(rest[:size])
		}
		rest = rest[size:]
	}
	return false
}
