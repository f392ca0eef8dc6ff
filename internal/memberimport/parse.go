package memberimport

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/spreadsheet/textfile"
)

// Columns are the columns that a file may have, in the order of the template that we offer. The
// file may have them in any order, and under their names in any language of the network.
var Columns = []string{
	"organisation", "kind", "country", "place", "population", "website", "languages", "topics",
	"name", "role", "address", "language",
}

// required are the columns that a file must have.
var required = []string{"organisation", "kind", "country", "name", "address"}

func isRequired(column string) bool { return slices.Contains(required, column) }

// Problem says what is wrong with a row or with the file.
type Problem struct {
	Line   int    // in the file, from 1; 0 is the file as a whole
	Column string // of [Columns], or "" for the whole row
	// Code is the catalogue's "import.problem."+Code; Args are the values that its sentence names.
	Code string
	Args map[string]any
}

// File is what was read.
type File struct {
	Encoding string
	Rows     []Row
	// Problems are in the order of the lines. A file with problems must not be imported.
	Problems []Problem
}

func (f *File) refuse(line int, column, code string, args ...any) {
	p := Problem{Line: line, Column: column, Code: code, Args: map[string]any{}}
	for i := 0; i+1 < len(args); i += 2 {
		if name, ok := args[i].(string); ok {
			p.Args[name] = args[i+1]
		}
	}
	f.Problems = append(f.Problems, p)
}

// Parse reads a file as spreadsheet programs write it: RFC 4180 with commas, semicolons or tabs, in
// UTF-8, UTF-16 or a Windows encoding.
func Parse(content []byte) File {
	var f File
	text, name, problem := textfile.Decode(content)
	f.Encoding = name
	switch {
	case problem != "":
		f.refuse(0, "", problem)
		return f
	case len(bytes.TrimSpace(text)) == 0:
		f.refuse(0, "", "empty")
		return f
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma, r.FieldsPerRecord = textfile.Separator(text), -1
	header, err := r.Read()
	if err != nil {
		f.refuse(1, "", "quotes")
		return f
	}
	headerLine, _ := r.FieldPos(0)
	columns := f.header(headerLine, header)
	if len(f.Problems) == 0 {
		f.body(r, columns)
		f.compare()
	}
	slices.SortStableFunc(f.Problems, func(a, b Problem) int { return a.Line - b.Line })
	return f
}

// header returns the code of each column.
func (f *File) header(line int, names []string) []string {
	for len(names) > 0 && strings.TrimSpace(names[len(names)-1]) == "" {
		names = names[:len(names)-1]
	}
	var columns []string
	for _, name := range names {
		column := columnWords().code(strings.TrimSpace(name))
		switch {
		case !slices.Contains(Columns, column):
			f.refuse(line, "", "column-unknown", "Value", short(name))
		case slices.Contains(columns, column):
			f.refuse(line, column, "column-repeated")
		}
		columns = append(columns, column)
	}
	for _, column := range required {
		if !slices.Contains(columns, column) {
			f.refuse(line, column, "column-missing")
		}
	}
	return columns
}

func (f *File) body(r *csv.Reader, columns []string) {
	for len(f.Rows) <= maxRows {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			if len(f.Rows) == 0 && len(f.Problems) == 0 {
				f.refuse(0, "", "empty")
			}
			return
		}
		if e, ok := errors.AsType[*csv.ParseError](err); ok {
			f.refuse(e.StartLine, "", "quotes")
			continue
		}
		if err != nil {
			f.refuse(0, "", "binary")
			return
		}
		line, _ := r.FieldPos(0)
		f.row(line, columns, cells)
	}
	f.Rows = f.Rows[:maxRows]
	f.refuse(0, "", "rows", "Limit", maxRows)
}

func (f *File) row(line int, columns, cells []string) {
	for len(cells) > len(columns) && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	if strings.TrimSpace(strings.Join(cells, "")) == "" {
		return // spreadsheet programs write rows of separators only
	}
	if len(cells) != len(columns) {
		f.refuse(line, "", "cells", "Found", len(cells), "Expected", len(columns))
		return
	}
	byColumn := map[string]string{}
	for i, column := range columns {
		byColumn[column] = strings.TrimSpace(cells[i])
	}
	row := read(line, byColumn)
	f.Rows = append(f.Rows, row)
	for _, field := range row.validate() {
		f.refuse(line, field.Name, field.Code, "Value", short(byColumn[field.Name]), "Limit", field.Args["Limit"])
	}
}

func read(line int, cells map[string]string) Row {
	var topics []members.Topic
	for _, topic := range several(cells["topics"], topicWords()) {
		topics = append(topics, members.Topic(topic))
	}
	tag := language.Default
	if cells["language"] != "" {
		tag = language.Tag(translationWords().code(cells["language"]))
	}
	return Row{
		Line: line,
		Profile: members.Profile{
			Kind: members.Kind(kindWords().code(cells["kind"])), Name: cells["organisation"],
			Country: country(cells["country"]), Place: cells["place"],
			Population: population(cells["population"]), Website: cells["website"],
			Languages: several(cells["languages"], languageWords()), Topics: topics,
		}.Clean(),
		Contact: members.Contact{
			Name: cells["name"], Role: cells["role"], Address: cells["address"], Language: tag,
		}.Clean(),
	}
}

// validate returns the refused fields under the names of their columns.
func (r Row) validate() []fault.Field {
	fields := r.Profile.Validate("")
	for i, field := range fields {
		if field.Name == "name" {
			fields[i].Name = "organisation"
		}
	}
	return append(fields, r.Contact.Validate("")...)
}

// compare finds rows that contradict each other.
func (f *File) compare() {
	addresses, people := map[string]int{}, map[string]int{}
	for _, row := range f.Rows {
		if row.Contact.Address == "" {
			continue
		}
		key := mail.Key(row.Contact.Address)
		if first, twice := addresses[key]; twice {
			f.refuse(row.Line, "address", "repeated", "First", first)
			continue
		}
		addresses[key] = row.Line
		organisation := organisationKey(row.Profile)
		if people[organisation]++; people[organisation] == members.MaxPeople+1 {
			f.refuse(row.Line, "organisation", "crowded", "Limit", members.MaxPeople)
		}
	}
}
