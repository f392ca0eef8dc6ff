package mydata

import (
	"context"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/web"
)

// errFirst says that the first coordinator cannot be erased: the template names the address, and signing
// in with it would make them anew.
var errFirst = fault.New(http.StatusConflict, "erasure-first-coordinator")

// confirmData is what a page before an erasure shows.
type confirmData struct {
	Organisation members.Organisation
	Person       members.Person
	Last         bool // nobody else represents the organisation
	First        bool // the first coordinator
}

func (s *Service) isFirst(p members.Person) bool {
	return mail.Key(p.Address) == mail.Key(s.Coordinator)
}

func (s *Service) confirm(w http.ResponseWriter, r *http.Request, name string, org members.Organisation, p members.Person, others int) error {
	return pages.Render(w, r, http.StatusOK, name, confirmData{org, p, others == 0 && org.ID != members.Secretariat, s.isFirst(p)})
}

func (s *Service) confirmOwn(w http.ResponseWriter, r *http.Request) error {
	org, p, others, err := s.me(r)
	if err != nil {
		return err
	}
	return s.confirm(w, r, "confirm.html", org, p, others)
}

func (s *Service) eraseOwn(w http.ResponseWriter, r *http.Request) error {
	_, p, _, err := s.me(r)
	if err != nil {
		return err
	}
	if who := web.Who(r.Context()); who.Coordinator { // the mailbox alone does not end a coordinator
		if err := who.SteppedUp(s.Now()); err != nil {
			return err
		}
	}
	if err := s.erase(r.Context(), p, ""); err != nil {
		return err
	}
	session.ClearCookie(w)
	return pages.Render(w, r, http.StatusOK, "erased.html", nil)
}

// erase begins somebody's erasure. At once they are a member no more, signed out, and free to register
// again; the rest follows by itself. by is the coordinator who does it in their name, or "".
func (s *Service) erase(ctx context.Context, p members.Person, by string) error {
	if s.isFirst(p) {
		return errFirst
	}
	subject := &Subject{
		Refs: []string{p.Ref.String()}, Names: []string{p.Name}, Addresses: []string{p.Address}, Hash: s.Suppressions.Hash(p.Address),
	}
	writes, err := s.begin(ctx, subject, p.Language, by)
	if err != nil {
		return err
	}
	if _, open := p.State.After(members.Leave); open {
		_, err = s.Members.DecidePerson(ctx, p.Ref, members.Decision{Action: members.Leave, By: Nobody}, writes...)
	} else {
		err = s.Jobs.write(ctx, writes...)
	}
	if err != nil {
		return err
	}
	if err := s.Sessions.RevokeAll(ctx, p.Ref.String()); err != nil { // the worker deletes them too
		s.Log.Error("sessions of somebody who is erased were not ended", "requestId", web.RequestID(ctx), "cause", err)
	}
	return nil
}

// begin returns the writes that begin an erasure: the request itself, that the address is not to be
// invited again, and an entry in the audit log that tells nothing of the person.
func (s *Service) begin(ctx context.Context, subject *Subject, tag language.Tag, by string) ([]types.TransactWriteItem, error) {
	address := subject.Addresses[0]
	reason, err := s.Suppressions.Reason(ctx, address)
	if err != nil {
		return nil, err
	}
	j := newErasure(subject, tag, reason == "" || reason == members.Erased, by, s.Now())
	job, err := s.Jobs.create(j)
	entry := audit.Entry{Who: by, Name: Nobody, Action: audit.Erase, What: "/desk/erasures#" + j.ID, At: s.Now()}
	if by != "" {
		entry.Name = web.Who(ctx).Name
	}
	return []types.TransactWriteItem{job, s.Suppressions.Erase(address), s.Audit.Write(entry)}, err
}
