package limit

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/web"
)

// Allow counts under several limits. If one is exceeded, nothing is counted, and the fault has its code,
// status 429, and how long to wait.
func (s *Store) Allow(ctx context.Context, counts ...Count) error {
	for i, c := range counts {
		wait, err := s.Take(ctx, c)
		if err == nil && wait == 0 {
			continue
		}
		if err == nil {
			err = fault.New(http.StatusTooManyRequests, c.Code).RetryAfter(wait)
		}
		if wait > 0 && c == Everybody {
			s.Metric("MailRefused", 1)
		}
		return errors.Join(err, s.Return(ctx, counts[:i]...))
	}
	return nil
}

// Form counts a form that a network sends without signing in. It is made for web.Options.Strangers.
func (s *Store) Form(r *http.Request) error {
	return s.Allow(r.Context(), Count{Forms, web.Network(r)})
}

// Everybody is what all mail that strangers cause counts as.
var Everybody = Count{StrangersMail, ""}

// Mailbox names whoever reads an address: name+anything@host arrives where name@host does (RFC 5233).
func Mailbox(address string) string {
	at := strings.LastIndexByte(address, '@')
	if plus := strings.IndexByte(address, '+'); plus > 0 && plus < at {
		address = address[:plus] + address[at:]
	}
	return mail.Key(address)
}

// From is what mail counts as that a request without a session causes.
func From(r *http.Request) Count { return Count{MailFrom, web.Network(r)} }

// Mail counts a mail that a stranger causes, and reports whether it may go out. If its reader has had
// enough it may not, and the stranger is told nothing: it is the same for every address. If the stranger's
// network, or whatever else it counts as, or all strangers together caused too much, the fault has status
// 429, and nothing is counted.
func (s *Store) Mail(ctx context.Context, reader Count, also ...Count) (bool, error) {
	wait, err := s.Take(ctx, reader)
	if err != nil || wait > 0 {
		return false, err
	}
	if err := s.Allow(ctx, append(also, Everybody)...); err != nil {
		return false, errors.Join(err, s.Return(ctx, reader))
	}
	return true, nil
}

// NotMailed gives back what Mail counted, because the mail could not be sent.
func (s *Store) NotMailed(ctx context.Context, reader Count, also ...Count) error {
	return s.Return(ctx, append(also, reader, Everybody)...)
}
