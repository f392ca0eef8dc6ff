package dynamo

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
)

// Encode makes an item of a struct by its json tags.
func Encode(v any) (Item, error) {
	item, err := attributevalue.MarshalMapWithOptions(v, func(o *attributevalue.EncoderOptions) { o.TagKey = "json" })
	if err != nil {
		return nil, fmt.Errorf("dynamo: encoding: %w", err)
	}
	return item, nil
}

// Decode is the reverse of [Encode].
func Decode[T any](item Item) (T, error) {
	var v T
	err := attributevalue.UnmarshalMapWithOptions(item, &v, func(o *attributevalue.DecoderOptions) { o.TagKey = "json" })
	if err != nil {
		return v, fmt.Errorf("dynamo: decoding: %w", err)
	}
	return v, nil
}

// compressors are kept: a new one takes more time than what it does for one value.
var compressors = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

// Pack makes a value small for one attribute: JSON, compressed by gzip.
func Pack(v any) ([]byte, error) {
	var out bytes.Buffer
	w := compressors.Get().(*gzip.Writer) //nolint:errcheck,forcetypeassert // the pool holds nothing else
	defer compressors.Put(w)
	w.Reset(&out)
	err := json.NewEncoder(w).Encode(v)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("dynamo: packing: %w", err)
	}
	return out.Bytes(), nil
}

// Unpack reads what [Pack] made into the value that v points to.
func Unpack(packed []byte, v any) error {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err == nil {
		err = json.NewDecoder(r).Decode(v)
	}
	if err != nil {
		return fmt.Errorf("dynamo: unpacking: %w", err)
	}
	return nil
}
