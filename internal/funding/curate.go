package funding

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// deskData is what the desk's list of calls shows.
type deskData struct {
	page.Form
	Total    int
	Calls    []call.Call
	Tags     map[string]page.Tag
	Statuses []string
	Paging   page.Paging
}

func (s *Service) showDesk(w http.ResponseWriter, r *http.Request) error {
	values := r.URL.Query()
	if values.Get("status") == "" {
		values.Set("status", anytime)
	}
	q, err := readQuery(values)
	if err != nil {
		return err
	}
	if q.Words == "" && q.Sort == "" {
		q.Sort = byNewest
	}
	found, err := s.find(r, q, pageSize)
	if err != nil {
		return err
	}
	ids := make([]string, len(found.hits))
	for i, h := range found.hits {
		ids[i] = h.ID
	}
	data := deskData{
		Form:  page.Form{Area: "funding", Values: url.Values{"words": {q.Words}, "status": {q.Status}}},
		Total: found.total, Tags: map[string]page.Tag{}, Statuses: statuses,
	}
	if data.Calls, err = s.Calls.Calls(r.Context(), ids); err != nil {
		return err
	}
	for _, c := range data.Calls {
		data.Tags[c.ID] = statusTag(web.Printer(r.Context()), c.Status(s.Now()))
	}
	if q.Next != "" {
		data.Paging.First = web.Link(r, q.from("").at(desk))
	}
	if found.next != "" {
		data.Paging.Next = web.Link(r, q.from(found.next).at(desk))
	}
	return pages.Render(w, r, http.StatusOK, "desk.html", data)
}

// curateData is what the desk's form about a call shows.
type curateData struct {
	page.Form
	Call       call.Call // without an ID for a new one
	Curated    []string  // names of the curated fields, in words
	Kinds      []call.Kind
	Models     []call.Model
	Applicants []members.Kind
	Countries  []string
	Topics     []members.Topic
	Languages  []string
	Conflict   bool
}

func renderCurate(w http.ResponseWriter, r *http.Request, status int, data curateData) error {
	p := web.Printer(r.Context())
	data.Area, data.Kinds, data.Models, data.Applicants = "funding.curate", call.Kinds, call.Models, members.Kinds
	data.Countries, data.Topics, data.Languages = members.Countries, members.Topics, members.Languages
	data.Labels = map[string]string{"link": "funding.curate.link"}
	for _, f := range call.Fields() {
		data.Labels[string(f)] = "call.field." + string(f)
	}
	for _, f := range data.Call.Curated {
		data.Curated = append(data.Curated, p.Text("call.field."+string(f)))
	}
	return pages.Render(w, r, status, "curate.html", data)
}

func (s *Service) showAdd(w http.ResponseWriter, r *http.Request) error {
	values := url.Values{"kind": {string(call.National)}, "language": {string(web.Language(r.Context()))}}
	return renderCurate(w, r, http.StatusOK, curateData{Form: page.Form{Values: values}})
}

// add begins a call that a coordinator typed.
func (s *Service) add(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	content, refused := readContent(r.PostForm, call.Content{})
	if len(refused) > 0 {
		return renderCurate(w, r, http.StatusUnprocessableEntity, curateData{Form: page.Form{Values: r.PostForm, Errors: refused}})
	}
	record := call.Record{Source: call.ByForm, ID: members.NewID(), Rank: call.RankForm, Content: content}
	if content.Reference != "" { // the same call from the portal is this one
		record.Keys = []string{call.TopicKey(content.Reference)}
	}
	added, err := s.Calls.Add(r.Context(), record, func(id string) types.TransactWriteItem {
		return s.Audit.Write(s.entry(r, audit.AddCall, deskPath(id), content.Title))
	})
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, deskPath(added.Call)+"?done=added")
}

func deskPath(id string) string { return desk + "/" + id }

func (s *Service) showCurate(w http.ResponseWriter, r *http.Request) error {
	c, err := s.call(r)
	if err != nil {
		return err
	}
	if c.MergedInto != "" {
		return web.SeeOther(w, r, deskPath(c.MergedInto))
	}
	return renderCurate(w, r, http.StatusOK, curateData{Form: page.Form{Values: stored(c)}, Call: c})
}

// stored is a call as the form begins from it.
func stored(c call.Call) url.Values {
	v := contentValues(&c.Content)
	v.Set("revision", strconv.Itoa(c.Revision))
	if c.Featured {
		v.Set("featured", "yes")
	}
	return v
}

// curate decides the fields that a coordinator changed, and those that one decided before. They stand
// whatever sources say later, until they are given back.
func (s *Service) curate(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	c, err := s.call(r)
	if err != nil {
		return err
	}
	curation, err := s.Calls.Curation(r.Context(), c.ID)
	if err != nil {
		return err
	}
	content, refused := readContent(r.PostForm, c.Content)
	data := curateData{Form: page.Form{Values: r.PostForm, Errors: refused}, Call: c}
	if len(refused) > 0 {
		return renderCurate(w, r, http.StatusUnprocessableEntity, data)
	}
	revision, _ := strconv.Atoi(r.PostForm.Get("revision"))
	curation.Content, curation.Featured, curation.By = content, r.PostForm.Get("featured") == "yes", web.Who(r.Context()).Member
	curation.Fields = decided(curation.Fields, call.Diff(&c.Content, &content))
	if r.PostForm.Get("act") == "give-back" {
		curation.Fields = nil
	}
	_, err = s.Calls.Curate(r.Context(), c.ID, revision, curation, s.Audit.Write(s.entry(r, audit.CurateCall, deskPath(c.ID), content.Title)))
	if errors.Is(err, call.ErrEdited) || fault.Is(err, call.ErrEdited.Code) { // what was typed stays
		data.Conflict = true
		data.Values.Set("revision", strconv.Itoa(c.Revision))
		return renderCurate(w, r, http.StatusConflict, data)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, deskPath(c.ID)+"?done=saved")
}

// decided are the fields that were decided before and those that differ now.
func decided(before []call.Field, differences []call.Difference) []call.Field {
	fields := slices.Clone(before)
	for _, d := range differences {
		if !slices.Contains(fields, d.Field) {
			fields = append(fields, d.Field)
		}
	}
	return fields
}
