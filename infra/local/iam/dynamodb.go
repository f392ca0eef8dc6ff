package iam

import (
	"bytes"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/template"
)

// maxRequest is DynamoDB's limit for a request.
const maxRequest = 16 << 20

// DynamoDB passes the requests that are granted on to the emulator at target, and refuses the others as
// DynamoDB does. Tables are those of a region and an account. Requests that fail on their way are written
// to the log: those of functions that were killed, above all.
func (s *Service) DynamoDB(target, region, account string, log *log.Logger) (http.Handler, error) {
	emulator, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	tables := "arn:aws:dynamodb:" + region + ":" + account + ":table/"
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(emulator) },
		// The default keeps two idle connections per host and opens a new one for every other
		// parallel request.
		Transport: &http.Transport{MaxIdleConnsPerHost: 256, IdleConnTimeout: time.Minute, DisableCompression: true},
		ErrorLog:  log,
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
		if err != nil {
			refuse(w, "SerializationException", err.Error())
			return
		}
		calls, err := calls(r.Header.Get("X-Amz-Target"), body, tables)
		if err != nil {
			refuse(w, "SerializationException", err.Error())
			return
		}
		if err := s.Check(r, calls...); err != nil {
			refuse(w, "AccessDeniedException", err.Error())
			return
		}
		// Where the emulator keeps a database for each access key, all functions have the same.
		r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "Credential="+signer(r)+"/", "Credential="+Administrator+"/", 1))
		r.Body = io.NopCloser(bytes.NewReader(body))
		proxy.ServeHTTP(w, r)
	}), nil
}

// calls are what a request needs grants for. A transaction is its parts; a batch is an action of its own
// on each of its tables; a query of an index is one of the index alone:
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
func calls(target string, body []byte, tables string) ([]template.Grant, error) {
	var request struct {
		TableName     string
		IndexName     string
		RequestItems  map[string]json.RawMessage              // of batches
		TransactItems []map[string]struct{ TableName string } // Put, Update, Delete, ConditionCheck or Get
	}
	if err := json.Unmarshal(body, &request); err != nil {
		return nil, err
	}
	_, operation, _ := strings.Cut(target, ".")
	var needed []template.Grant
	need := func(operation, resource string) {
		needed = append(needed, template.Grant{Action: "dynamodb:" + operation, Resource: resource})
	}
	for table := range request.RequestItems {
		need(operation, tables+table)
	}
	for _, item := range request.TransactItems {
		for part, on := range item {
			if part == "ConditionCheck" {
				need("ConditionCheckItem", tables+on.TableName)
				continue
			}
			need(part+"Item", tables+on.TableName)
		}
	}
	switch {
	case request.IndexName != "":
		need(operation, tables+request.TableName+"/index/"+request.IndexName)
	case request.TableName != "":
		need(operation, tables+request.TableName)
	case len(needed) == 0:
		need(operation, "*")
	}
	return needed, nil
}

// refuse answers with an error as DynamoDB does.
func refuse(w http.ResponseWriter, code, message string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(map[string]string{ // a client that has left misses nothing
		"__type": "com.amazon.coral.service#" + code, "Message": message,
	})
}
