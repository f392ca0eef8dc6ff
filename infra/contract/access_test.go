package contract

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/municipalitiesnet/munet/internal/web"
)

var write = flag.Bool("write", false, "write docs/access.md anew")

const accessDocument = "../../docs/access.md"

// accessIntroduction explains the table. The answers in it are what TestAccess of infra/e2e expects of
// the running functions.
const accessIntroduction = `# Who may call what

Written by ` + "`go test ./infra/contract -run Access -write`" + ` from the handlers; a test fails while it is not what
they say. ` + "`TestAccess` of `infra/e2e`" + ` calls each route as each of these callers in the compiled functions.

| routes for | nobody | awaits approval | member | coordinator before the second factor | coordinator, passed it before | coordinator, passed it just now |
|---|---|---|---|---|---|---|
| everyone | answered | answered | answered | answered | answered | answered |
| signed in | sign in | answered | answered | answered | answered | answered |
| members | sign in | 403 ` + "`forbidden`" + ` | answered | answered | answered | answered |
| coordinators before the second factor | sign in | 403 ` + "`forbidden`" + ` | 403 ` + "`forbidden`" + ` | answered | answered | answered |
| coordinators | sign in | 403 ` + "`forbidden`" + ` | 403 ` + "`forbidden`" + ` | 403 ` + "`second-factor-required`" + ` | answered | answered |
| coordinators, stepped up | sign in | 403 ` + "`forbidden`" + ` | 403 ` + "`forbidden`" + ` | 403 ` + "`second-factor-required`" + ` | 403 ` + "`step-up-required`" + ` | answered |

"Sign in" is a redirect to the sign-in page for a page that is opened, and 401 ` + "`sign-in-required`" + ` otherwise. "Just now"
is within the last 15 minutes. The code is in the header ` + "`Error-Code`" + `, and in the body under ` + "`/api/`" + `. What is
answered may still be refused for what it asks for: a member changes only what is theirs. Routes for coordinators
before the second factor that change factors are answered only if there is none yet, and otherwise need
it just now.
`

func TestAccessIsDocumented(t *testing.T) {
	var b strings.Builder
	b.WriteString(accessIntroduction)
	for _, f := range load(t).Functions {
		if len(f.Routes) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n| route | for |\n|---|---|\n", f.LogicalID)
		for _, r := range f.Routes {
			if r.Path != "" {
				fmt.Fprintf(&b, "| `%s %s` | %s |\n", r.Method, r.Path, Access(r.Method+" "+r.Path))
			}
		}
	}
	if *write {
		if err := os.WriteFile(accessDocument, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := os.ReadFile(accessDocument); err != nil || string(text) != b.String() {
		t.Errorf("docs/access.md is not what the handlers say: run this test with -write; %v", err)
	}
}

// What takes data out, changes roles or factors, or reaches everybody needs the second factor just passed;
// the whole desk needs it.
func TestTheDeskNeedsTheSecondFactor(t *testing.T) {
	stepUp := []string{
		"GET /desk/members.csv", "GET /desk/newsletters/{newsletter}/report.csv", "GET /desk/audit.csv", "GET /desk/audit.jsonl",
		"POST /desk/members/{organisation}/people/{person}/make-coordinator",
		"POST /desk/members/{organisation}/people/{person}/unmake-coordinator",
		"POST /desk/members/{organisation}/people/{person}/second-factor",
		"POST /desk/newsletters/{newsletter}/send", "POST /desk/newsletters/{newsletter}/again",
		"POST /second-factor/recovery-codes", "POST /second-factor/remove/{factor}",
	}
	found := 0
	for _, f := range load(t).Functions {
		for _, r := range f.Routes {
			route, access := r.Method+" "+r.Path, Access(r.Method+" "+r.Path)
			if slices.Contains(stepUp, route) {
				found++
				if access != web.SteppedUp {
					t.Errorf("%s is for %s", route, access)
				}
			}
			if (r.Path == "/desk" || strings.HasPrefix(r.Path, "/desk/")) && access < web.Coordinators {
				t.Errorf("%s is for %s", route, access)
			}
		}
	}
	if found != len(stepUp) {
		t.Errorf("%d of %d routes are there", found, len(stepUp))
	}
}
