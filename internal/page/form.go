package page

import (
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
)

// Form is what a person typed and what was wrong with it.
type Form struct {
	// Area is the first part of the keys of the form's labels, without the dot: "register" if the
	// label of the field "place" is "register.place". The error summary finds labels by it.
	Area string
	// Labels are the keys of the labels that the error summary would not find by Area, by field name.
	Labels map[string]string
	// Values are the typed or stored values by field name.
	Values url.Values
	// Errors are the refused fields, in the form's order.
	Errors []fault.Field
}

// Choice is one answer that a person may pick.
type Choice struct {
	Value string
	Text  string
	// Hint explains the choice below it, for radios and checkboxes.
	Hint string
}

// Field is what the parts field, textarea, select, checkbox, radios and checkboxes show. Templates
// build it from a form and the label's key, which is the form's area and the field's name:
//
//	(field .Data.Form "register.place" "required" true)
//
// The label is the message with that key; the hint is the message key+".hint", if there is one.
type Field struct {
	// Name is the name that is posted. Default: what follows the form's area in the key or, if the
	// key is of another area, its last part.
	Name string
	// ID is the element's id, "f-"+Name.
	ID string
	// Label is a string, or template.HTML from the function linked.
	Label any
	// Hint says what to write. Default: the message key+".hint".
	Hint any
	// Error is the sentence why the value was refused.
	Error string
	// Value is the typed value, or the default given in the template. For a checkbox it is what is
	// posted when it is ticked, "yes" by default.
	Value string
	// Picked are the typed values, for parts that take several.
	Picked []string
	// Type is the input's type, "text" by default.
	Type string
	// Autocomplete is a token of HTML's autofill; WCAG 1.3.5 asks for it on fields about the person.
	Autocomplete string
	// InputMode chooses the keyboard of a phone, such as "numeric".
	InputMode string
	// MaxLength is the limit in characters. A textarea says it and counts; an input stops there.
	MaxLength int
	// Rows is the height of a textarea, 5 by default.
	Rows int
	// Required leaves "(optional)" out of the label and makes the browser ask for the field.
	Required bool
	// Optional is what stands there instead of "(optional)", where only some must answer.
	Optional string
	// Filter narrows a list: it is neither required nor marked as optional.
	Filter bool
	// Choices are the answers of a select, of radios and checkboxes.
	Choices []Choice
	// Blank is the text of a select's first, empty choice. Default: "Please choose".
	Blank string
	// Dir and Lang are the direction and the language of what is typed, where they may differ from the
	// page's: "auto" goes by the text itself.
	Dir  string
	Lang any
	// Spelling is "false" where a spelling checker would disturb, such as in codes.
	Spelling string
}

// newField builds a Field for a template. pairs set further fields by name.
func newField(p *language.Printer, form Form, key string, pairs ...any) (Field, error) {
	f := Field{Name: fieldName(form, key), Type: "text", Rows: 5}
	if err := setPairs(&f, pairs); err != nil {
		return f, fmt.Errorf("field %s: %w", key, err)
	}
	f.ID = fieldID(f.Name)
	if f.Label == nil {
		f.Label = p.Text(key)
	}
	if f.Hint == nil && p.Has(key+".hint") {
		f.Hint = p.Text(key + ".hint")
	}
	if f.Optional == "" {
		f.Optional = p.Text("part.optional")
	}
	if f.Blank == "" {
		f.Blank = p.Text("part.choose")
	}
	typed, isTyped := form.Values[f.Name]
	f.Picked = typed
	if isTyped && len(typed) > 0 && f.Type != "checkbox" {
		f.Value = typed[0]
	}
	for _, e := range form.Errors {
		if e.Name == f.Name {
			f.Error = p.TextOf("field."+e.Code, e.Args)
			break
		}
	}
	return f, nil
}

func newCheckbox(p *language.Printer, form Form, key string, pairs ...any) (Field, error) {
	return newField(p, form, key, append([]any{"type", "checkbox", "value", "yes"}, pairs...)...)
}

// fieldName is what follows the form's area in the key, such as "organisation.name", or else what
// follows its last dot.
func fieldName(form Form, key string) string {
	if name, ok := strings.CutPrefix(key, form.Area+"."); ok {
		return name
	}
	return key[strings.LastIndexByte(key, '.')+1:]
}

func fieldID(name string) string { return "f-" + name }

// Has reports whether a value is picked.
func (f Field) Has(value string) bool { return slices.Contains(f.Picked, value) }

// DescribedBy lists the ids of the elements that explain the field.
func (f Field) DescribedBy() string {
	var ids []string
	if f.Hint != nil {
		ids = append(ids, f.ID+"-hint")
	}
	if f.Error != "" {
		ids = append(ids, f.ID+"-error")
	}
	return strings.Join(ids, " ")
}

// Problem is one line of the error summary; it leads to the field.
type Problem struct {
	ID    string
	Label string
	Text  string
}

// problems lists what the error summary of a form says.
func problems(p *language.Printer, form Form) []Problem {
	var all []Problem
	for _, e := range form.Errors {
		problem := Problem{ID: fieldID(e.Name), Text: p.TextOf("field."+e.Code, e.Args)}
		key := form.Labels[e.Name]
		if key == "" {
			key = form.Area + "." + e.Name
		}
		if p.Has(key) {
			problem.Label = asLabel(p.Text(key))
		}
		all = append(all, problem)
	}
	return all
}

// asLabel makes a message the beginning of a line: without the brackets of a link, and with a colon
// unless it is a question (which ends with ";" in Greek).
func asLabel(text string) string {
	text = strings.TrimSuffix(strings.NewReplacer("[", "", "]", "").Replace(text), ".")
	if strings.HasSuffix(text, "?") || strings.HasSuffix(text, ";") {
		return text
	}
	return text + ":"
}

// setPairs sets fields of the struct that target points to, from pairs of a field's name and its
// value, upper or lower case.
func setPairs(target any, pairs []any) error {
	if len(pairs)%2 != 0 {
		return fmt.Errorf("%d arguments are not pairs of a name and a value", len(pairs))
	}
	to := reflect.ValueOf(target).Elem()
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok || name == "" {
			return fmt.Errorf("argument %d is not a name", i+1)
		}
		field := to.FieldByNameFunc(func(s string) bool { return strings.EqualFold(s, name) })
		value := reflect.ValueOf(pairs[i+1])
		switch {
		case !field.IsValid():
			return fmt.Errorf("unknown name %q", name)
		case !value.IsValid():
			continue
		case value.Type().AssignableTo(field.Type()):
			field.Set(value)
		case value.Kind() == field.Kind() && value.CanConvert(field.Type()):
			field.Set(value.Convert(field.Type()))
		default:
			return fmt.Errorf("%s is a %s, not a %s", name, field.Type(), value.Type())
		}
	}
	return nil
}
