package environment

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"
)

// Namespace is that of the metrics in CloudWatch.
const Namespace = "MuNet"

// Metric records a number for CloudWatch, which finds it in the function's log: one line in the
// embedded metric format, with the function's name as the only dimension.
func Metric(name string, value float64) {
	metric{name, "FunctionName", "AWS_LAMBDA_FUNCTION_NAME"}.write(os.Stdout, time.Now(), value)
}

// coldStart counts the starts of all functions of a site together: each metric and dimension is paid
// for by itself. The log groups tell them apart.
var coldStart = metric{"ColdStarts", "Stage", "STAGE"}

// metric is a number by one dimension, whose value is a variable of the environment.
type metric struct{ name, dimension, variable string }

func (m metric) write(w io.Writer, now time.Time, value float64) {
	line := map[string]any{
		"_aws": map[string]any{
			"Timestamp": now.UnixMilli(),
			"CloudWatchMetrics": []any{map[string]any{
				"Namespace": Namespace, "Dimensions": [][]string{{m.dimension}},
				"Metrics": []any{map[string]string{"Name": m.name}},
			}},
		},
		m.dimension: os.Getenv(m.variable), m.name: value,
	}
	for name, id := range ids() {
		line[name] = id
	}
	text, err := json.Marshal(line)
	if err != nil {
		return // a number that JSON does not know, such as infinity
	}
	_, _ = fmt.Fprintf(w, "%s\n", text) // a log that cannot be written has nobody to tell
}
