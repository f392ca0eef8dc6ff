package newsletter

import (
	"context"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// ErrOvertaken says that the sending is not any more where the page showed it.
var ErrOvertaken = fault.New(http.StatusConflict, "newsletter-overtaken")

// Record makes writes of the ledger together with the audit entry that says whose decision it was.
func (s *Store) Record(ctx context.Context, writes ...types.TransactWriteItem) error {
	_, err := s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	if _, cancelled := dynamo.Cancelled(err); cancelled {
		return ErrOvertaken.Because(err)
	}
	return err
}

// control returns the handler that makes one change to the sending, and goes back to watching it.
func (s *Service) control(action audit.Action, change func(campaign string) types.TransactWriteItem) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		n, _, err := s.newsletter(r)
		if err != nil {
			return err
		}
		if n.State == Draft {
			return ErrOvertaken
		}
		entry := s.Audit.Write(s.entry(r, action, n))
		if err := s.Newsletters.Record(r.Context(), change(n.Campaign()), entry); err != nil {
			return err
		}
		return redirect(w, r, pathOf(n.ID)+"/progress", action.String())
	}
}

func (s *Service) pause() web.Handler {
	return s.control(audit.PauseNewsletter, func(id string) types.TransactWriteItem { return s.Ledger.Pause(id) })
}

func (s *Service) resume() web.Handler {
	return s.control(audit.ResumeNewsletter, func(id string) types.TransactWriteItem { return s.Ledger.Resume(id) })
}

func (s *Service) stop() web.Handler {
	return s.control(audit.StopNewsletter, func(id string) types.TransactWriteItem { return s.Ledger.Stop(id) })
}

func (s *Service) again() web.Handler {
	return s.control(audit.RepeatNewsletter, func(id string) types.TransactWriteItem { return s.Ledger.Again(id) })
}

// confirmData is what the page shows that asks before something final.
type confirmData struct {
	Newsletter Newsletter
	// Action is the part of the message keys: "stop" or "again".
	Action string
	// Count is how many people it is about.
	Count int
	Tag   page.Tag
}

// confirm returns the handler that asks before an action, or leads back if it is not possible now.
func (s *Service) confirm(action string, count func(progressData) int) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		n, _, err := s.newsletter(r)
		if err != nil {
			return err
		}
		data, err := s.progress(r, n)
		if err != nil {
			return err
		}
		about := count(data)
		if n.State == Draft || about == 0 {
			return redirect(w, r, pathOf(n.ID)+"/progress", "")
		}
		return pages.Render(w, r, http.StatusOK, "confirm.html", confirmData{Newsletter: n, Action: action, Count: about, Tag: data.Tag})
	}
}

func (s *Service) showStop() web.Handler {
	return s.confirm("stop", func(d progressData) int {
		if !d.CanStop() {
			return 0
		}
		return d.Report.Recipients - d.Closed()
	})
}

func (s *Service) showAgain() web.Handler {
	return s.confirm("again", func(d progressData) int {
		if !d.CanRepeat() {
			return 0
		}
		return d.Report.Unknown
	})
}
