package iam

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/municipalitiesnet/munet/infra/local/template"
)

const tables = "arn:aws:dynamodb:eu-central-1:000000000000:table/"

func grant(action, resource string) template.Grant {
	return template.Grant{Action: "dynamodb:" + action, Resource: tables + resource}
}

// clientOf is a function's client of a DynamoDB that answers {} to whatever is granted, and what arrived there.
func clientOf(t *testing.T, s *Service, function string) (*dynamodb.Client, *[]string) {
	t.Helper()
	arrived := &[]string{}
	emulator := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		*arrived = append(*arrived, signer(r)+" "+string(body))
		_, _ = io.WriteString(w, "{}")
	}))
	t.Cleanup(emulator.Close)
	guard, err := s.DynamoDB(emulator.URL, "eu-central-1", "000000000000", log.New(io.Discard, "", 0))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(guard)
	t.Cleanup(server.Close)
	return dynamodb.New(dynamodb.Options{
		BaseEndpoint: aws.String(server.URL), Region: "eu-central-1", Retryer: aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: function, SecretAccessKey: "local"}, nil
		}),
	}), arrived
}

var (
	key   = map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "a"}}
	here  = aws.String("Here")
	there = aws.String("There")
)

// Each operation needs exactly the grants that AWS asks for: with them it passes, without any of them it is refused.
func TestEveryOperationNeedsItsGrants(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		call func(context.Context, *dynamodb.Client) error
		need []template.Grant
	}{
		"GetItem": {func(ctx context.Context, c *dynamodb.Client) error {
			_, err := c.GetItem(ctx, &dynamodb.GetItemInput{TableName: here, Key: key})
			return err
		}, []template.Grant{grant("GetItem", "Here")}},
		"Query of an index": {func(ctx context.Context, c *dynamodb.Client) error {
			_, err := c.Query(ctx, &dynamodb.QueryInput{TableName: here, IndexName: aws.String("list")})
			return err
		}, []template.Grant{grant("Query", "Here/index/list")}},
		"BatchGetItem": {func(ctx context.Context, c *dynamodb.Client) error {
			keys := types.KeysAndAttributes{Keys: []map[string]types.AttributeValue{key}}
			_, err := c.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{"Here": keys, "There": keys}})
			return err
		}, []template.Grant{grant("BatchGetItem", "Here"), grant("BatchGetItem", "There")}},
		"BatchWriteItem": {func(ctx context.Context, c *dynamodb.Client) error {
			writes := []types.WriteRequest{{PutRequest: &types.PutRequest{Item: key}}, {DeleteRequest: &types.DeleteRequest{Key: key}}}
			_, err := c.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{"Here": writes}})
			return err
		}, []template.Grant{grant("BatchWriteItem", "Here")}},
		"TransactWriteItems": {func(ctx context.Context, c *dynamodb.Client) error {
			_, err := c.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
				{Put: &types.Put{TableName: here, Item: key}},
				{Update: &types.Update{TableName: there, Key: key, UpdateExpression: aws.String("SET a = b")}},
				{Delete: &types.Delete{TableName: here, Key: key}},
				{ConditionCheck: &types.ConditionCheck{TableName: there, Key: key, ConditionExpression: aws.String("attribute_exists(pk)")}},
			}})
			return err
		}, []template.Grant{grant("PutItem", "Here"), grant("UpdateItem", "There"), grant("DeleteItem", "Here"), grant("ConditionCheckItem", "There")}},
		"TransactGetItems": {func(ctx context.Context, c *dynamodb.Client) error {
			_, err := c.TransactGetItems(ctx, &dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{{Get: &types.Get{TableName: here, Key: key}}}})
			return err
		}, []template.Grant{grant("GetItem", "Here")}},
		"ListTables": {func(ctx context.Context, c *dynamodb.Client) error {
			_, err := c.ListTables(ctx, nil)
			return err
		}, []template.Grant{{Action: "dynamodb:ListTables", Resource: "*"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := New([]template.Function{{LogicalID: "F", Grants: test.need}})
			client, arrived := clientOf(t, s, "F")
			if err := test.call(t.Context(), client); err != nil {
				t.Fatalf("with all grants: %v", err)
			}
			if len(*arrived) != 1 || !strings.HasPrefix((*arrived)[0], Administrator+" {") {
				t.Errorf("what arrived: %q", *arrived)
			}
			if unused := s.Unused(); len(unused) != 0 {
				t.Errorf("not needed: %v", unused)
			}
			for i, missing := range test.need {
				s := New([]template.Function{{LogicalID: "F", Grants: append(append([]template.Grant{}, test.need[:i]...), test.need[i+1:]...)}})
				client, arrived := clientOf(t, s, "F")
				var refused smithy.APIError
				if err := test.call(t.Context(), client); !errors.As(err, &refused) || refused.ErrorCode() != "AccessDeniedException" {
					t.Errorf("without %s: %v", missing, err)
				}
				if want := []Refusal{{"F", missing}}; len(*arrived) > 0 || !reflect.DeepEqual(s.Refused(), want) {
					t.Errorf("without %s refused %v, and the database got %q", missing, s.Refused(), *arrived)
				}
			}
		})
	}
}

// Nobody has another's grants; the local cloud's own tools may do everything and use up nothing.
func TestWhoSigns(t *testing.T) {
	t.Parallel()
	s := New([]template.Function{{LogicalID: "F", Grants: []template.Grant{grant("GetItem", "Here")}}, {LogicalID: "G"}})
	for function, allowed := range map[string]bool{"F": true, "G": false, "Nobody": false, Administrator: true} {
		client, _ := clientOf(t, s, function)
		if _, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: here, Key: key}); (err == nil) != allowed {
			t.Errorf("%s: %v", function, err)
		}
	}
	fresh := New([]template.Function{{LogicalID: "F", Grants: []template.Grant{grant("GetItem", "Here")}}})
	client, _ := clientOf(t, fresh, Administrator)
	if _, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: here, Key: key}); err != nil {
		t.Error(err)
	}
	want := map[string][]template.Grant{"F": {grant("GetItem", "Here")}}
	if unused := fresh.Unused(); !reflect.DeepEqual(unused, want) {
		t.Errorf("unused: %v", unused)
	}
}

// A grant to send from one address is none for another; a grant without an address is one for all.
func TestSenders(t *testing.T) {
	t.Parallel()
	send := func(from string) template.Grant {
		return template.Grant{Action: "ses:SendRawEmail", Resource: "arn", From: from}
	}
	s := New([]template.Function{{LogicalID: "F", Grants: []template.Grant{send("a@x"), send("b@x")}}, {LogicalID: "G", Grants: []template.Grant{send("")}}})
	by := func(function string) *http.Request {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", http.NoBody)
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+function+"/20260101/eu-central-1/ses/aws4_request, SignedHeaders=host, Signature=0")
		return r
	}
	for _, c := range []struct {
		function, from string
		allowed        bool
	}{{"F", "a@x", true}, {"F", "c@x", false}, {"F", "", false}, {"G", "c@x", true}} {
		if err := s.Check(by(c.function), send(c.from)); (err == nil) != c.allowed {
			t.Errorf("%s from %q: %v", c.function, c.from, err)
		}
	}
	if unused := s.Unused(); !reflect.DeepEqual(unused, map[string][]template.Grant{"F": {send("b@x")}}) {
		t.Errorf("unused: %v", unused)
	}
}

// What is no request of DynamoDB's goes nowhere.
func TestMalformedRequest(t *testing.T) {
	t.Parallel()
	s := New(nil)
	guard, err := s.DynamoDB("http://127.0.0.1:1", "eu-central-1", "000000000000", log.New(io.Discard, "", 0))
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	guard.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader("[]")))
	if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "SerializationException") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
