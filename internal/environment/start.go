package environment

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

// Start hands a function to Lambda, in whichever of its forms for handlers. It does not return.
func Start(handler any) { lambda.Start(remembered{lambda.NewHandler(handler)}) }

// invocation is the id of what this process works on: Lambda gives a process one event at a time.
var invocation atomic.Value

// remembered is a handler whose logs and metrics say which invocation they are of.
type remembered struct{ lambda.Handler }

func (h remembered) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	if c, ok := lambdacontext.FromContext(ctx); ok {
		invocation.Store(c.AwsRequestID)
	}
	return h.Handler.Invoke(ctx, event)
}

// traced is a log handler that adds the ids of the invocation and of its trace.
type traced struct{ slog.Handler }

func (t traced) Handle(ctx context.Context, r slog.Record) error {
	for name, value := range ids() {
		r.AddAttrs(slog.String(name, value))
	}
	return t.Handler.Handle(ctx, r)
}

func (t traced) WithAttrs(attrs []slog.Attr) slog.Handler { return traced{t.Handler.WithAttrs(attrs)} }

func (t traced) WithGroup(name string) slog.Handler { return traced{t.Handler.WithGroup(name)} }

// ids are those of the present invocation, of which there is none while the process starts. The trace
// is in the environment as "Root=1-…;Parent=…;Sampled=1".
func ids() map[string]string {
	id, _ := invocation.Load().(string)
	if id == "" {
		return nil
	}
	root, _, _ := strings.Cut(os.Getenv("_X_AMZN_TRACE_ID"), ";")
	return map[string]string{"invocation": id, "trace": strings.TrimPrefix(root, "Root=")}
}
