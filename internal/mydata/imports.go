package mydata

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// Imports is what becomes of the files that coordinators have uploaded. Files are stored as they were sent.
type Imports interface {
	// Drop deletes the file of an import that is done, and an import that waits for its confirmation; it
	// reports false for one that runs: then it has to wait, some minutes.
	Drop(ctx context.Context, id string) (bool, error)
}

// file deletes an import's file if it names the person, or returns the lines that do.
func (w *Worker) file(ctx context.Context, h Holding, item dynamo.Item, j *Job) ([]Piece, error) {
	content, _ := item["content"].(*types.AttributeValueMemberB)
	if content == nil {
		return nil, nil
	}
	var lines []string
	for line := range strings.Lines(readable(content.Value)) {
		if j.in(line, true) {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	if lines == nil {
		return nil, nil
	}
	if j.Kind == Export {
		data, err := json.Marshal(map[string]any{"lines": lines})
		j.count(h)
		return []Piece{{Table: h.Table, Key: text(item, "pk") + " file", Stored: h.Stored, Data: data}}, err
	}
	_, id, _ := strings.Cut(text(item, "pk"), "#")
	dropped, err := w.Imports.Drop(ctx, id)
	if dropped {
		j.count(h)
	}
	j.Changed++ // also if it runs: the next pass looks again
	return nil, err
}

// readable is a file's text as far as addresses need: whichever encoding it has, these are ASCII.
func readable(content []byte) string {
	return strings.ToValidUTF8(string(bytes.ReplaceAll(content, []byte{0}, nil)), "�")
}
