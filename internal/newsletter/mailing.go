package newsletter

import (
	"errors"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// MailingPath is the path of the page where a campaign that is no newsletter is watched: alerts,
// digests, reminders, invitations. They begin by themselves, and are paused and resumed by people.
func MailingPath(campaign string) string { return "/desk/mail/" + campaign }

// mailing reads how the campaign that a request names stands.
func (s *Service) mailing(r *http.Request) (progressData, error) {
	report, err := s.Ledger.Report(r.Context(), r.PathValue("campaign"), maxExceptions)
	if errors.Is(err, dissemination.ErrNone) {
		err = fault.NotFound()
	}
	stage := stageOfCampaign(report.Campaign)
	return progressData{
		Stage: stage, Tag: stage.tag(web.Printer(r.Context())), Report: report, now: s.Now(),
		Parked: stage == StageSending && report.Parked.After(s.Now()),
	}, err
}

func (s *Service) showMailing(w http.ResponseWriter, r *http.Request) error {
	data, err := s.mailing(r)
	if err != nil {
		return err
	}
	if data.Report.Kind == CampaignKind {
		return redirect(w, r, ProgressPath(data.Report.Subject), "")
	}
	p := web.Printer(r.Context())
	if data.Exceptions, err = s.exceptions(r.Context(), p, data.Report.Exceptions); err != nil {
		return err
	}
	data.Shards = shardTable(p, data.Report.Shards)
	return pages.Render(w, r, http.StatusOK, "mailing.html", data)
}

// showStopMailing asks before the rest of a campaign is not sent any more.
func (s *Service) showStopMailing(w http.ResponseWriter, r *http.Request) error {
	data, err := s.mailing(r)
	if err != nil {
		return err
	}
	if !data.CanStop() {
		return redirect(w, r, MailingPath(data.Report.ID), "")
	}
	return pages.Render(w, r, http.StatusOK, "stopmailing.html", struct {
		Report dissemination.Report
		Tag    page.Tag
		Count  int
	}{data.Report, data.Tag, data.Report.Recipients - data.Closed()})
}

// controlMailing pauses a campaign, goes on with it or stops it. Newsletters have pages of their own.
func (s *Service) controlMailing(w http.ResponseWriter, r *http.Request) error {
	act := r.PathValue("act")
	control, ok := map[string]struct {
		action audit.Action
		change func(campaign string) types.TransactWriteItem
	}{
		"pause": {audit.PauseMailing, s.Ledger.Pause}, "resume": {audit.ResumeMailing, s.Ledger.Resume}, "stop": {audit.StopMailing, s.Ledger.Stop},
	}[act]
	if !ok {
		return fault.NotFound()
	}
	data, err := s.mailing(r)
	if err != nil {
		return err
	}
	if data.Report.Kind == CampaignKind {
		return fault.NotFound()
	}
	who, path := web.Who(r.Context()), MailingPath(data.Report.ID)
	entry := s.Audit.Write(audit.Entry{
		Who: who.Member, Name: who.Name, Action: control.action, What: path,
		Note: web.Printer(r.Context()).Text("mailing.kind." + data.Report.Kind), At: s.Now(),
	})
	if err := s.Newsletters.Record(r.Context(), control.change(data.Report.ID), entry); err != nil {
		return err
	}
	return redirect(w, r, path, act)
}
