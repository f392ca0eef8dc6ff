package contract

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// source is the template as it is written.
type source struct {
	Parameters map[string]yaml.Node
	Resources  map[string]struct {
		Type       string    `yaml:"Type"`
		Properties yaml.Node `yaml:"Properties"`
	}
	Outputs map[string]yaml.Node
}

func readSource(t *testing.T) source {
	t.Helper()
	var s struct {
		Parameters map[string]yaml.Node `yaml:"Parameters"`
		Resources  map[string]struct {
			Type       string    `yaml:"Type"`
			Properties yaml.Node `yaml:"Properties"`
		} `yaml:"Resources"`
		Outputs map[string]yaml.Node `yaml:"Outputs"`
	}
	if err := yaml.Unmarshal(read(t, "template.yaml"), &s); err != nil {
		t.Fatal(err)
	}
	return source(s)
}

// Whoever operates the site hears of every function that fails, and of every one that should run every
// few minutes and does not.
func TestEveryFunctionIsWatchedAndDescribed(t *testing.T) {
	resources, design := readSource(t).Resources, string(read(t, "docs/design.md"))
	for _, f := range load(t).Functions {
		name := strings.TrimSuffix(f.LogicalID, "Function")
		want := []string{name + "Errors", name + "Logs"}
		for _, s := range f.Schedules {
			if strings.HasPrefix(s.Expression, "rate(") {
				want = append(want, name+"Stopped")
			}
		}
		for _, id := range want {
			if _, ok := resources[id]; !ok {
				t.Errorf("%s: the template has no %s", f.LogicalID, id)
			}
		}
		if folder := filepath.Base(f.CodeURI); !strings.Contains(design, "\n| "+folder+" |") {
			t.Errorf("docs/design.md does not list the function %s", folder)
		}
	}
}

// Staging and production may share an account: no schedule has the name that SAM makes without the
// stack's, and no resource has a name that does not begin with the stack's or follow from a parameter.
func TestTwoStacksFitIntoOneAccount(t *testing.T) {
	text := string(read(t, "template.yaml"))
	if all, own := strings.Count(text, "Type: ScheduleV2\n"), strings.Count(text, "            OmitName: true"); all != own {
		t.Errorf("%d schedules, and %d leave their name to CloudFormation", all, own)
	}
	fixed := regexp.MustCompile(`(?m)^ +(?:FunctionName|TableName|QueueName|TopicName|RoleName|LogGroupName|DashboardName|AlarmName): (.+)$`)
	for _, name := range fixed.FindAllStringSubmatch(text, -1) {
		if !strings.Contains(name[1], "AWS::StackName") {
			t.Errorf("%s is the same in every stack", name[0])
		}
	}
}

// sectionHeading is that of an alarm: one word in capitals and small letters.
var sectionHeading = regexp.MustCompile(`(?m)^## ([A-Z][a-z]+(?:[A-Z][a-z]+)+)$`)

// What a function is granted and the boundary of GitHub's deployments does not have, it could not do.
func TestBoundaryAllowsWhatFunctionsDo(t *testing.T) {
	var account struct {
		Resources struct {
			Boundary struct {
				Properties struct {
					PolicyDocument struct {
						Statement []struct {
							Action []string `yaml:"Action"`
						} `yaml:"Statement"`
					} `yaml:"PolicyDocument"`
				} `yaml:"Properties"`
			} `yaml:"Boundary"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(read(t, "infra/github.yaml"), &account); err != nil {
		t.Fatal(err)
	}
	var allowed []string
	for _, s := range account.Resources.Boundary.Properties.PolicyDocument.Statement {
		allowed = append(allowed, s.Action...)
	}
	for _, f := range load(t).Functions {
		for _, grant := range f.Grants {
			if !slices.Contains(allowed, grant.Action) {
				t.Errorf("%s is granted %s, which infra/github.yaml does not let it do", f.LogicalID, grant)
			}
		}
	}
	for _, action := range []string{"sqs:SendMessage", "lambda:InvokeFunction", "logs:PutLogEvents"} { // what SAM grants
		if !slices.Contains(allowed, action) {
			t.Errorf("infra/github.yaml does not allow %s", action)
		}
	}
}

// Each alarm leads to its section, which says what it means, where to look first and what to do; and
// each such section has its alarm.
func TestEveryAlarmHasItsSection(t *testing.T) {
	sections := map[string]string{} // "mail.md#mailquota" by alarm
	for name, text := range documents(t) {
		if filepath.Dir(name) != filepath.Join("docs", "operating") {
			continue
		}
		found := sectionHeading.FindAllStringSubmatchIndex(text, -1)
		for i, at := range found {
			alarm, end := text[at[2]:at[3]], len(text)
			if i+1 < len(found) {
				end = found[i+1][0]
			}
			if sections[alarm] != "" {
				t.Errorf("%s has two sections", alarm)
			}
			sections[alarm] = filepath.ToSlash(name) + "#" + strings.ToLower(alarm)
			for _, part := range []string{"**Meaning.** ", "**First look.** ", "**Remedy.** "} {
				if !strings.Contains(text[at[1]:end], "\n\n"+part) {
					t.Errorf("%s: the section lacks %s", alarm, part)
				}
			}
		}
	}
	for id, resource := range readSource(t).Resources {
		if resource.Type != "AWS::CloudWatch::Alarm" {
			continue
		}
		var properties struct {
			Description string `yaml:"AlarmDescription"`
		}
		if err := resource.Properties.Decode(&properties); err != nil {
			t.Fatal(err)
		}
		switch section := sections[id]; {
		case section == "":
			t.Errorf("docs/operating does not say what to do about %s", id)
		case !strings.HasSuffix(properties.Description, "; see "+section):
			t.Errorf("%s: the description %q does not lead to %s", id, properties.Description, section)
		}
		delete(sections, id)
	}
	for alarm, section := range sections {
		t.Errorf("%s: the template has no alarm %s", section, alarm)
	}
}

// Whoever deploys finds every question that is asked, and everything that is printed.
func TestParametersAndOutputsAreExplained(t *testing.T) {
	deploying := string(read(t, "docs/deploying.md"))
	s := readSource(t)
	for name := range s.Parameters {
		if !strings.Contains(deploying, "\n| `"+name+"` |") {
			t.Errorf("docs/deploying.md does not explain the parameter %s", name)
		}
	}
	for name := range s.Outputs {
		if !strings.Contains(deploying, "`"+name+"`") {
			t.Errorf("docs/deploying.md does not say what the output %s is for", name)
		}
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `([A-Z][A-Za-z]+)` \\|").FindAllStringSubmatch(deploying, -1) {
		_, parameter := s.Parameters[row[1]]
		if _, output := s.Outputs[row[1]]; !parameter && !output {
			t.Errorf("docs/deploying.md explains %s, which the template does not have", row[1])
		}
	}
}

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	fence   = regexp.MustCompile("(?s)\n *```.*?\n *```")
	noWord  = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// Links between documents lead to a file that is there, and to a heading that it has.
func TestLinksBetweenDocumentsLeadSomewhere(t *testing.T) {
	all := documents(t)
	for name, text := range all {
		for _, found := range link.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
			if strings.Contains(found[1], "://") || strings.HasPrefix(found[1], "mailto:") {
				continue
			}
			path, anchor, _ := strings.Cut(found[1], "#")
			target := name
			if path != "" {
				target = filepath.Join(filepath.Dir(name), path)
			}
			if _, err := os.Stat(filepath.Join("..", "..", target)); err != nil {
				t.Errorf("%s links to %s, which is not there", name, found[1])
			}
			if anchor != "" && !slices.Contains(anchors(all[target]), anchor) {
				t.Errorf("%s links to %s, and there is no such heading", name, found[1])
			}
		}
	}
}

// anchors are what GitHub makes of a text's headings.
func anchors(text string) []string {
	var out []string
	for _, h := range heading.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		out = append(out, strings.ReplaceAll(noWord.ReplaceAllString(strings.ToLower(h[1]), ""), " ", "-"))
	}
	return out
}

// documents are the repository's own texts, by their names from its root.
func documents(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md"} {
		names, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			relative, err := filepath.Rel(filepath.Join("..", ".."), name)
			if err != nil {
				t.Fatal(err)
			}
			out[relative] = string(read(t, relative))
		}
	}
	return out
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}
