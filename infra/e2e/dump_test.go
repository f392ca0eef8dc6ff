package e2e

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// dump returns every item of every table as text, what is compressed unpacked, by where it lies. Items whose
// key begins with one of skip are left out.
func (s *site) dump(t *testing.T, skip ...string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for id, table := range s.Tables {
		pages := dynamodb.NewScanPaginator(s.DynamoDB(), &dynamodb.ScanInput{TableName: &table, ConsistentRead: aws.Bool(true)})
		for pages.HasMorePages() {
			out, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, item := range out.Items {
				key := fmt.Sprint(readable(t, item["pk"]), " ", readable(t, item["sk"]))
				if slices.ContainsFunc(skip, func(prefix string) bool { return strings.HasPrefix(key, prefix) }) {
					continue
				}
				all[id+" "+key] = readable(t, &types.AttributeValueMemberM{Value: item})
			}
		}
	}
	return all
}

// readable writes everything that a value has, names of attributes included.
func readable(t *testing.T, v types.AttributeValue) string {
	t.Helper()
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return v.Value
	case *types.AttributeValueMemberSS:
		return strings.Join(v.Value, "\n")
	case *types.AttributeValueMemberB:
		return unzipped(t, v.Value)
	case *types.AttributeValueMemberL:
		var all strings.Builder
		for _, one := range v.Value {
			all.WriteString(readable(t, one) + "\n")
		}
		return all.String()
	case *types.AttributeValueMemberM:
		var all strings.Builder
		for _, name := range slices.Sorted(maps.Keys(v.Value)) {
			all.WriteString(name + ": " + readable(t, v.Value[name]) + "\n")
		}
		return all.String()
	}
	return ""
}

func unzipped(t *testing.T, b []byte) string {
	t.Helper()
	if !bytes.HasPrefix(b, []byte{0x1f, 0x8b}) {
		return string(b)
	}
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// where lists where a text is, of a dump.
func where(dump map[string]string, text string) []string {
	var places []string
	for place, content := range dump {
		if strings.Contains(place+content, text) {
			places = append(places, place)
		}
	}
	slices.Sort(places)
	return places
}

// logged keeps what functions log, for the tests that read it.
type logged struct {
	sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.Lock()
	defer l.Unlock()
	return l.text.Write(b)
}

func (l *logged) String() string {
	l.Lock()
	defer l.Unlock()
	return l.text.String()
}

// letters are all mails that were sent, as text.
func (s *site) letters(t *testing.T) []letter {
	t.Helper()
	all, err := s.Mail()
	if err != nil {
		t.Fatal(err)
	}
	letters := make([]letter, len(all))
	for i, m := range all {
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		letters[i] = letter{m.To, m.Subject, string(text)}
	}
	return letters
}

type letter struct {
	to            []string
	subject, text string
}
