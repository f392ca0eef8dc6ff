// Package meter counts what is asked of DynamoDB, and what it takes.
package meter

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"
)

// A Usage is what DynamoDB was asked for. Units are those that DynamoDB bills: capacity units of
// reads and of writes, indexes included. Two figures of DynamoDB Local differ from AWS's bill: a
// write that its condition refused reports none, and a transaction of one item as much as one of two.
type Usage struct {
	Requests      int
	Reads, Writes float64
}

// A Meter stands between the functions and DynamoDB and counts what passes.
type Meter struct {
	URL    string // where it listens
	server *http.Server

	mu   sync.Mutex
	used Usage
}

// New listens on a free port and passes everything on to the DynamoDB at target.
func New(ctx context.Context, target string) (*Meter, error) {
	upstream, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for DynamoDB requests: %w", err)
	}
	m := &Meter{URL: "http://" + listener.Addr().String()}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(upstream)
			askForCapacity(r.Out)
		},
		ModifyResponse: m.count,
	}
	m.server = &http.Server{Handler: proxy, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = m.server.Serve(listener) }() // it ends with the error of Close
	return m, nil
}

// Close stops listening.
func (m *Meter) Close() error { return m.server.Close() }

// Take returns what was used since the last call.
func (m *Meter) Take() Usage {
	m.mu.Lock()
	defer m.mu.Unlock()
	used := m.used
	m.used = Usage{}
	return used
}

// askForCapacity makes the request ask for what it consumes. That breaks its signature, which
// DynamoDB Local does not check.
func askForCapacity(r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		r.Body = http.NoBody
		return
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) == nil {
		fields["ReturnConsumedCapacity"] = json.RawMessage(`"TOTAL"`)
		if asking, err := json.Marshal(fields); err == nil {
			body = asking
		}
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
}

// count adds what the response reports.
func (m *Meter) count(r *http.Response) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))

	_, operation, _ := strings.Cut(r.Request.Header.Get("X-Amz-Target"), ".")
	units := consumed(body)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used.Requests++
	if strings.Contains(operation, "Get") || operation == "Query" || operation == "Scan" {
		m.used.Reads += units
	} else {
		m.used.Writes += units
	}
	return nil
}

// consumed reads the capacity from a response: batches and transactions report one figure per table.
func consumed(body []byte) float64 {
	type capacity struct{ CapacityUnits float64 }
	var one struct{ ConsumedCapacity capacity }
	if json.Unmarshal(body, &one) == nil {
		return one.ConsumedCapacity.CapacityUnits
	}
	var several struct{ ConsumedCapacity []capacity }
	if json.Unmarshal(body, &several) != nil {
		return 0
	}
	sum := 0.0
	for _, c := range several.ConsumedCapacity {
		sum += c.CapacityUnits
	}
	return sum
}
