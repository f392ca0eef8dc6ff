package registration_test

import (
	stdcontext "context"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
)

type context = stdcontext.Context

func base64Decode(dst []byte, s string) (int, error) {
	return base64.StdEncoding.Decode(dst, []byte(s))
}

// plain writes a mail as its reader sees it: headers and parts decoded.
func plain(raw []byte) string {
	m, err := mail.ReadMessage(strings.NewReader(string(raw)))
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	words := new(mime.WordDecoder)
	for _, name := range []string{"From", "To", "Subject"} {
		v, _ := words.DecodeHeader(m.Header.Get(name))
		b.WriteString(name + ": " + v + "\n")
	}
	_, params, _ := mime.ParseMediaType(m.Header.Get("Content-Type"))
	for parts := multipart.NewReader(m.Body, params["boundary"]); ; {
		part, err := parts.NextRawPart()
		if err != nil {
			return b.String()
		}
		b.WriteString("\n" + part.Header.Get("Content-Type") + "\n\n")
		_, _ = io.Copy(&b, quotedprintable.NewReader(part))
	}
}
