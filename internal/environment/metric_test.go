package environment

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// The form is that of
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
func TestAMetricIsOneLineInTheEmbeddedFormat(t *testing.T) {
	t.Setenv("AWS_LAMBDA_FUNCTION_NAME", "munet-Feedback")
	var out strings.Builder
	metric{"Bounces", "FunctionName", "AWS_LAMBDA_FUNCTION_NAME"}.write(&out, time.UnixMilli(1804953600123), 1)
	line, rest, _ := strings.Cut(out.String(), "\n")
	if rest != "" || !json.Valid([]byte(line)) {
		t.Fatalf("not one line of JSON: %q", out.String())
	}
	const want = `{"Bounces":1,"FunctionName":"munet-Feedback","_aws":{"CloudWatchMetrics":[{"Dimensions":[["FunctionName"]],` +
		`"Metrics":[{"Name":"Bounces"}],"Namespace":"MuNet"}],"Timestamp":1804953600123}}`
	if line != want {
		t.Errorf("got  %s\nwant %s", line, want)
	}
}
