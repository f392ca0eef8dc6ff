package mydata

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// walk goes through one item of a kind.
type walk struct {
	j       *Job
	h       Holding
	changed bool
}

// erase returns what an item is without the person, and whether that is anything else.
func (h Holding) erase(item dynamo.Item, j *Job) (dynamo.Item, bool) {
	w := walk{j: j, h: h}
	own := maps.Clone(item)
	for _, key := range keys {
		delete(own, key) // an item does not move; the ones with a person in the key are deleted
	}
	after := w.fields(own, "")
	return after, w.changed
}

// mine reports whether the person did what a map tells of: a reference says so, or else a name.
func (w *walk) mine(m dynamo.Item) bool {
	known := false
	for _, field := range w.h.By {
		if ref, ok := refOf(m[field]); ok && ref != "" {
			if w.j.is(ref) {
				return true
			}
			known = true
		}
	}
	return !known && slices.ContainsFunc(w.h.Names, func(field string) bool { return w.called(text(m, field)) })
}

// called reports whether a name is the person's.
func (w *walk) called(name string) bool { return name != "" && slices.Contains(w.j.Names, name) }

// fields returns a map without the person. in is the attribute that it is in.
func (w *walk) fields(m dynamo.Item, in string) dynamo.Item {
	mine, after := w.mine(m), make(dynamo.Item, len(m))
	for field, v := range m {
		s, isText := v.(*types.AttributeValueMemberS)
		name := field
		if w.j.in(field, false) { // names by references
			name, v, w.changed = newTombstone(), dynamo.S(Nobody), true
		}
		switch {
		case name != field:
		case isText && mine && s.Value != "" && s.Value != Nobody && slices.Contains(w.h.Names, field):
			v, w.changed = dynamo.S(Nobody), true
		case isText && mine && s.Value != "" && slices.Contains(w.h.Typed, field):
			v, w.changed = dynamo.S(""), true
		case slices.Contains(w.h.Typed, field) || slices.Contains(w.h.Lists, field):
			v = w.value(v, field)
		default:
			v = w.value(v, in)
		}
		after[name] = v
	}
	return after
}

// value returns a value without the person. in is the attribute with typed words, or with one element for
// each person, that it belongs to.
func (w *walk) value(v types.AttributeValue, in string) types.AttributeValue {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return dynamo.S(w.text(v.Value, in))
	case *types.AttributeValueMemberSS:
		after := make([]string, len(v.Value))
		for i, s := range v.Value {
			after[i] = w.text(s, in)
		}
		return &types.AttributeValueMemberSS{Value: after}
	case *types.AttributeValueMemberL:
		after := make([]types.AttributeValue, 0, len(v.Value))
		for _, one := range v.Value {
			if m, ok := one.(*types.AttributeValueMemberM); ok && slices.Contains(w.h.Lists, in) && w.about(m.Value) {
				w.changed = true
				continue
			}
			after = append(after, w.value(one, in))
		}
		return &types.AttributeValueMemberL{Value: after}
	case *types.AttributeValueMemberM:
		if ref, ok := refOf(v); ok {
			if !w.j.is(ref) {
				return v
			}
			w.changed = true
			return &types.AttributeValueMemberM{Value: dynamo.Item{"organisation": dynamo.S(""), "person": dynamo.S("")}}
		}
		return &types.AttributeValueMemberM{Value: w.fields(v.Value, in)}
	}
	return v
}

func (w *walk) text(s, in string) string {
	after := w.j.without(s, !w.h.Own)
	if slices.Contains(w.h.Typed, in) {
		if after = w.j.withoutName(after); slices.Contains(w.j.Comments, s) {
			after = ""
		}
	}
	w.changed = w.changed || after != s
	return after
}

// about reports whether an element of a list is the person's.
func (w *walk) about(m dynamo.Item) bool {
	return slices.ContainsFunc(slices.Collect(maps.Values(m)), func(v types.AttributeValue) bool {
		ref, ok := refOf(v)
		return ok && w.j.is(ref)
	})
}

// learn takes from an item what the person is known by besides, and reports whether it is news.
func (h Holding) learn(item dynamo.Item, j *Job) bool {
	w := walk{j: j, h: h}
	var refs, names, addresses, comments []string
	if h.theirs(item, j) {
		switch h.SK {
		case "person#":
			refs = append(refs, text(item, "organisation")+"."+text(item, "person"))
			names, addresses = append(names, text(item, "name")), append(addresses, text(item, "address"))
		case "review#":
			names, comments = append(names, text(item, "name")), texts(item["comments"])
		}
	}
	w.names(item, &names)
	return j.learn(refs, names, addresses, comments)
}

// names collects how the person is called wherever a reference says that it is them.
func (w *walk) names(m dynamo.Item, found *[]string) {
	for _, field := range w.h.By {
		if ref, ok := refOf(m[field]); ok && w.j.is(ref) {
			for _, name := range w.h.Names {
				*found = append(*found, text(m, name))
			}
		}
	}
	for field, v := range m {
		if sub, ok := v.(*types.AttributeValueMemberM); ok {
			w.names(sub.Value, found)
		} else if w.j.is(field) {
			*found = append(*found, text(m, field))
		}
	}
}

// texts are all texts within a value.
func texts(v types.AttributeValue) []string {
	var all []string
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		all = append(all, v.Value)
	case *types.AttributeValueMemberL:
		for _, one := range v.Value {
			all = append(all, texts(one)...)
		}
	case *types.AttributeValueMemberM:
		for _, one := range v.Value {
			all = append(all, texts(one)...)
		}
	}
	return all
}
