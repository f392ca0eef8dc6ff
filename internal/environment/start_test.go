package environment

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

func TestEveryLineNamesItsInvocation(t *testing.T) {
	t.Setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1")
	t.Cleanup(func() { invocation.Store("") })
	var out strings.Builder
	log := slog.New(traced{slog.NewJSONHandler(&out, nil)})
	log.Info("starting")
	h := remembered{lambda.NewHandler(func() error {
		log.Info("running")
		log.With("a", 1).Info("running with more")
		coldStart.write(&out, time.Now(), 1)
		return nil
	})}
	ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "8476a536-e9f4"})
	if _, err := h.Invoke(ctx, []byte("{}")); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 4 {
		t.Fatalf("%d lines:\n%s", len(lines), out.String())
	}
	for i, text := range lines {
		var line struct{ Invocation, Trace string }
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatal(err)
		}
		if got, want := line.Invocation == "8476a536-e9f4" && line.Trace == "1-5759e988-bd862e3fe1be46a994272793", i > 0; got != want {
			t.Errorf("line %d: %s", i, text)
		}
	}
}
