package mail

import (
	"context"
	"net/http"

	"github.com/municipalitiesnet/munet/internal/fault"
)

// Post sends letters in the network's name.
type Post struct {
	Sender *Sender
	Site   Site
	// From is the address of transactional mail.
	From Address
}

// Send sends one letter. If SES refuses it or does not answer, the fault is "mail-failed" (502), which
// asks the reader to try again.
func (p Post) Send(ctx context.Context, l Letter, to Address) error {
	m, err := l.Message(p.Site, p.From, to)
	if err != nil {
		return err
	}
	if _, err := p.Sender.Send(ctx, m); err != nil {
		return fault.New(http.StatusBadGateway, "mail-failed").Because(err)
	}
	return nil
}
