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
func Metric(name string, value float64) { writeMetric(os.Stdout, time.Now(), name, value) }

func writeMetric(w io.Writer, now time.Time, name string, value float64) {
	function := os.Getenv("AWS_LAMBDA_FUNCTION_NAME")
	line, err := json.Marshal(map[string]any{
		"_aws": map[string]any{
			"Timestamp": now.UnixMilli(),
			"CloudWatchMetrics": []any{map[string]any{
				"Namespace": Namespace, "Dimensions": [][]string{{"FunctionName"}},
				"Metrics": []any{map[string]string{"Name": name}},
			}},
		},
		"FunctionName": function, name: value,
	})
	if err != nil {
		return // a number that JSON does not know, such as infinity
	}
	_, _ = fmt.Fprintf(w, "%s\n", line) // a log that cannot be written has nobody to tell
}
