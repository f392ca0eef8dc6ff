package contract

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// published are the metrics of AWS that the dashboard may name, with their dimension ("" for none).
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html
var published = map[string]map[string][]string{
	"AWS/ApiGateway": {"ApiId": {"Count", "4xx", "5xx", "Latency", "IntegrationLatency", "DataProcessed"}},
	"AWS/Lambda":     {"FunctionName": {"Errors", "Invocations", "Throttles", "Duration", "ConcurrentExecutions"}},
	"AWS/DynamoDB":   {"TableName": {"ReadThrottleEvents", "WriteThrottleEvents", "ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"}},
	"AWS/SQS":        {"QueueName": {"ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"}},
	"AWS/SES":        {"": {"Reputation.BounceRate", "Reputation.ComplaintRate", "Send", "Bounce", "Complaint"}},
}

// seen is one metric of a widget, with the shorthand of dashboards written out.
type seen struct{ namespace, name, dimension, value string }

type widget struct {
	Type       string `json:"type"`
	Properties struct {
		Title   string  `json:"title"`
		Query   string  `json:"query"`
		Metrics [][]any `json:"metrics"`
	} `json:"properties"`
}

func dashboard(t *testing.T) []widget {
	t.Helper()
	var properties struct {
		Body string `yaml:"DashboardBody"`
	}
	resource := readSource(t).Resources["Dashboard"]
	if err := resource.Properties.Decode(&properties); err != nil {
		t.Fatal(err)
	}
	var body struct {
		Widgets []widget `json:"widgets"`
	}
	if err := json.Unmarshal([]byte(properties.Body), &body); err != nil {
		t.Fatal(err)
	}
	return body.Widgets
}

// metrics writes the shorthand out: "." is what stands there in the row before, and "..." all of it but
// what follows.
func (w widget) metrics(t *testing.T) (out []seen) {
	t.Helper()
	var before []string
	for _, row := range w.Properties.Metrics {
		var words []string
		for _, word := range row {
			if s, ok := word.(string); ok { // the rest is how it is drawn
				words = append(words, s)
			}
		}
		if words[0] == "..." {
			words = append(slices.Clone(before[:len(before)-len(words)+1]), words[1:]...)
		}
		for i := range words {
			if words[i] == "." {
				words[i] = before[i]
			}
		}
		before = words
		words = append(slices.Clone(words), "", "")
		if len(words) > 6 {
			t.Fatalf("%s: more than one dimension: %v", w.Properties.Title, words)
		}
		out = append(out, seen{words[0], words[1], words[2], words[3]})
	}
	return out
}

// counted are the metrics that the functions write: Count("Sent", …), Metric("CallsNew", …), metric{"ColdStarts", …}.
func counted(t *testing.T) []string {
	t.Helper()
	call := regexp.MustCompile(`(?:\.(?:Count|Metric)\(|metric\{)"([A-Z][A-Za-z]+)"`)
	var out []string
	err := filepath.WalkDir(filepath.Join("..", "..", "internal"), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, found := range call.FindAllSubmatch(text, -1) {
			out = append(out, string(found[1]))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The dashboard shows what exists: metrics that AWS has or our code writes, of resources of the
// template; and of our own all of them.
func TestDashboardShowsWhatExists(t *testing.T) {
	resources, ours := readSource(t).Resources, counted(t)
	shown := map[string][]string{} // resources by the metric's title
	var names []string
	for _, w := range dashboard(t) {
		for _, m := range w.metrics(t) {
			id, _, _ := strings.Cut(strings.Trim(m.value, "${}"), ".")
			if _, ok := resources[id]; !ok && m.dimension != "" && m.value != "${Stage}" {
				t.Errorf("%s: the template has no %s", w.Properties.Title, m.value)
			}
			shown[m.name] = append(shown[m.name], id)
			if m.namespace == "MuNet" {
				names = append(names, m.name)
				if !slices.Contains(ours, m.name) || m.dimension != "FunctionName" && m.value != "${Stage}" {
					t.Errorf("%s: no function writes %s by %s", w.Properties.Title, m.name, m.dimension)
				}
				continue
			}
			if !slices.Contains(published[m.namespace][m.dimension], m.name) {
				t.Errorf("%s: AWS has no %s %s by %q", w.Properties.Title, m.namespace, m.name, m.dimension)
			}
		}
	}
	for _, name := range ours {
		if !slices.Contains(names, name) {
			t.Errorf("the dashboard does not show %s", name)
		}
		if !strings.Contains(string(read(t, "docs/operating/README.md")), "`"+name+"`") {
			t.Errorf("docs/operating/README.md does not say what %s counts", name)
		}
	}
	for _, f := range load(t).Functions {
		for _, name := range []string{"Errors", "Invocations", "Throttles"} {
			if !slices.Contains(shown[name], f.LogicalID) {
				t.Errorf("the dashboard does not show %s of %s", name, f.LogicalID)
			}
		}
	}
	for _, table := range load(t).Tables {
		for _, name := range []string{"ReadThrottleEvents", "WriteThrottleEvents"} {
			if !slices.Contains(shown[name], table.LogicalID) {
				t.Errorf("the dashboard does not show %s of %s", name, table.LogicalID)
			}
		}
	}
}

// Queries ask log groups of the template, and for routes that it has.
func TestDashboardAsksLogsThatExist(t *testing.T) {
	resources := readSource(t).Resources
	var routes []string
	for _, f := range load(t).Functions {
		for _, r := range f.Routes {
			routes = append(routes, r.Key())
		}
	}
	group := regexp.MustCompile(`SOURCE '\$\{([A-Za-z]+)\}'`)
	route := regexp.MustCompile(`'((?:GET|POST) [^']+)'`)
	for _, w := range dashboard(t) {
		if w.Type != "log" {
			continue
		}
		groups := group.FindAllStringSubmatch(w.Properties.Query, -1)
		if len(groups) == 0 {
			t.Errorf("%s asks no log group", w.Properties.Title)
		}
		for _, found := range groups {
			if resources[found[1]].Type != "AWS::Logs::LogGroup" {
				t.Errorf("%s: %s is no log group", w.Properties.Title, found[1])
			}
		}
		for _, found := range route.FindAllStringSubmatch(w.Properties.Query, -1) {
			if !slices.Contains(routes, found[1]) {
				t.Errorf("%s: there is no route %s", w.Properties.Title, found[1])
			}
		}
	}
}
