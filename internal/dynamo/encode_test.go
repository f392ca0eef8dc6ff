package dynamo

import (
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type thing struct {
	Name string         `json:"name"`
	At   time.Time      `json:"at"`
	Of   map[string]int `json:"of"`
}

func TestEncodeAndPack(t *testing.T) {
	want := thing{"Πάφος", time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC), map[string]int{"a": 1}}
	item, err := Encode(want)
	if name, ok := item["name"].(*types.AttributeValueMemberS); err != nil || !ok || name.Value != want.Name {
		t.Fatalf("%v, %v", item, err)
	}
	if got, err := Decode[thing](item); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("decoded %v, %v", got, err)
	}
	packed, err := Pack(want)
	if err != nil {
		t.Fatal(err)
	}
	var got thing
	if err := Unpack(packed, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("unpacked %v, %v", got, err)
	}
	for name, broken := range map[string][]byte{"nothing": nil, "no gzip": []byte("x"), "half": packed[:len(packed)/2]} {
		if err := Unpack(broken, &got); err == nil {
			t.Errorf("%s was unpacked", name)
		}
	}
}
