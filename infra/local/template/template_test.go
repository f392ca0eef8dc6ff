package template

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/checkout"
)

func load(t *testing.T, o Options) *Template {
	t.Helper()
	if o.Parameters == nil {
		o.Parameters = map[string]string{"Domain": "mail.example"}
	}
	loaded, err := Load("testdata/network.yaml", o)
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

func function(t *testing.T, loaded *Template, id string) Function {
	t.Helper()
	i := slices.IndexFunc(loaded.Functions, func(f Function) bool { return f.LogicalID == id })
	if i < 0 {
		t.Fatalf("there is no %s", id)
	}
	return loaded.Functions[i]
}

func table(t *testing.T, loaded *Template, id string) Table {
	t.Helper()
	i := slices.IndexFunc(loaded.Tables, func(table Table) bool { return table.LogicalID == id })
	if i < 0 {
		t.Fatalf("there is no %s", id)
	}
	return loaded.Tables[i]
}

func TestEnvironment(t *testing.T) {
	t.Parallel()
	got := function(t, load(t, Options{}), "PlainFunction").Environment
	for name, want := range map[string]string{
		"STAGE": "test", "SHARED": "own", "NUMBER": "7", "FLAG": "true",
		"TABLE":         "munet-ItemsTable",
		"TABLE_ARN":     "arn:aws:dynamodb:eu-central-1:000000000000:table/munet-ItemsTable",
		"QUEUE":         "arn:aws:sqs:eu-central-1:000000000000:munet-Queue",
		"QUEUE_URL":     "https://sqs.eu-central-1.amazonaws.com/000000000000/munet-Queue",
		"TOPIC":         "arn:aws:sns:eu-central-1:000000000000:munet-Topic",
		"SUB":           "munet/test/${Literal}/arn:aws:dynamodb:eu-central-1:000000000000:table/munet-ItemsTable",
		"SUB_VARIABLES": "mail.example-test", "JOIN": "test-x", "SPLIT": "example", "SELECT": "c",
		"MAPPED": "192", "IF": "no", "EITHER": "yes", "LONG": "test!",
		"PSEUDO": "aws eu-central-1 000000000000 amazonaws.com",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
	if value, ok := got["NOTHING"]; ok {
		t.Errorf("NOTHING is %q, want none", value)
	}
	if !regexp.MustCompile(`^[0-9A-Za-z]{64}$`).MatchString(got["SECRET"]) {
		t.Errorf("SECRET is %q", got["SECRET"])
	}
	if len(got["SECRET_FIELD"]) != 32 {
		t.Errorf("SECRET_FIELD is %q", got["SECRET_FIELD"])
	}
}

func TestFunctions(t *testing.T) {
	t.Parallel()
	loaded := load(t, Options{})
	plain := function(t, loaded, "PlainFunction")
	plain.Environment = nil
	want := Function{
		LogicalID: "PlainFunction", Name: "munet-PlainFunction", CodeURI: "functions/plain/", Handler: "bootstrap",
		Memory: 256, Timeout: 20 * time.Second, Concurrency: -1, Retries: 2, MaxAge: 6 * time.Hour,
		Routes: []Route{{"ANY", "/x/{id}"}, {"GET", "/"}, {"ANY", ""}},
		Schedules: []Schedule{
			{Name: "New", Expression: "cron(0 8 ? * MON *)", Timezone: "Europe/Brussels", Enabled: true, Scheduler: true},
			{Name: "Old", Expression: "rate(5 minutes)", Input: `{"a":1}`},
		},
		topics: []string{"arn:aws:sns:eu-central-1:000000000000:munet-Topic"},
	}
	if !reflect.DeepEqual(plain, want) {
		t.Errorf("PlainFunction is\n%+v, want\n%+v", plain, want)
	}
	if keys := []string{plain.Routes[0].Key(), plain.Routes[2].Key()}; !reflect.DeepEqual(keys, []string{"ANY /x/{id}", "$default"}) {
		t.Errorf("the route keys are %q", keys)
	}
	reserved := function(t, loaded, "ReservedFunction")
	if reserved.Name != "munet-given" || reserved.Memory != 192 || reserved.Timeout != 3*time.Second ||
		reserved.Concurrency != 2 || reserved.Retries != 0 || reserved.MaxAge != time.Minute {
		t.Errorf("ReservedFunction is %+v", reserved)
	}
	if slices.ContainsFunc(loaded.Functions, func(f Function) bool { return f.LogicalID == "AbsentFunction" }) {
		t.Error("a function exists though its condition does not hold")
	}
}

func TestGrants(t *testing.T) {
	t.Parallel()
	items := "arn:aws:dynamodb:eu-central-1:000000000000:table/munet-ItemsTable"
	want := []Grant{
		{"dynamodb:GetItem", items, ""},
		{"dynamodb:GetItem", items + "/index/due", ""},
		{"dynamodb:Query", items, ""},
		{"dynamodb:Query", items + "/index/due", ""},
		{"ses:SendRawEmail", "*", "notices@mail.example"},
	}
	if got := function(t, load(t, Options{}), "ReservedFunction").Grants; !reflect.DeepEqual(got, want) {
		t.Errorf("granted\n%v, want\n%v", got, want)
	}
}

func TestTables(t *testing.T) {
	t.Parallel()
	loaded := load(t, Options{StackName: "other"})
	items := table(t, loaded, "ItemsTable")
	want := Table{
		LogicalID: "ItemsTable", Name: "other-ItemsTable",
		Attributes: map[string]string{"pk": "S", "sk": "N", "due": "S"},
		Key:        []KeyPart{{"pk", "HASH"}, {"sk", "RANGE"}},
		Indexes:    []Index{{"due", []KeyPart{{"due", "HASH"}}, "INCLUDE", []string{"a"}}},
		TimeToLive: "expires", Stream: "NEW_IMAGE",
	}
	if !reflect.DeepEqual(items, want) {
		t.Errorf("ItemsTable is\n%+v, want\n%+v", items, want)
	}
	if named := table(t, loaded, "NamedTable"); named.Name != "test-named" || named.TimeToLive != "" {
		t.Errorf("NamedTable is %+v", named)
	}
}

func TestAPI(t *testing.T) {
	t.Parallel()
	want := API{Throttle: Throttle{7.5, 20}, Routes: map[string]Throttle{"GET /": {0.5, 20}}}
	if got := load(t, Options{}).API; !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestMail(t *testing.T) {
	t.Parallel()
	loaded := load(t, Options{})
	topic := "arn:aws:sns:eu-central-1:000000000000:munet-Topic"
	want := Mail{
		Identities: []string{"mail.example"}, ConfigurationSets: []string{"letters"},
		Destinations: []EventDestination{{"letters", []string{"bounce", "deliverydelay", "send"}, topic}},
	}
	if !reflect.DeepEqual(loaded.Mail, want) {
		t.Errorf("mail is %+v, want %+v", loaded.Mail, want)
	}
	subscriptions := []Subscription{{topic, "PlainFunction"}}
	if !reflect.DeepEqual(loaded.Subscriptions, subscriptions) {
		t.Errorf("subscriptions are %+v", loaded.Subscriptions)
	}
}

func TestSecretsAreKept(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "secrets.json")
	secret := func(o Options) string { return function(t, load(t, o), "PlainFunction").Environment["SECRET"] }
	first := secret(Options{SecretsFile: file})
	if again := secret(Options{SecretsFile: file}); again != first {
		t.Error("the secret has changed")
	}
	if other := secret(Options{}); other == first {
		t.Error("two networks have one secret")
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("others can read the secrets: %v", info.Mode())
	}
}

func TestGenerator(t *testing.T) {
	t.Parallel()
	no := false
	for name, test := range map[string]struct {
		g    generator
		want string
	}{
		"default":  {generator{}, `^[!-~]{32}$`},
		"hex":      {generator{PasswordLength: 64, ExcludeUppercase: true, ExcludePunctuation: true, ExcludeCharacters: "ghijklmnopqrstuvwxyz"}, `^[0-9a-f]{64}$`},
		"spaces":   {generator{IncludeSpace: true}, ` `},
		"one type": {generator{PasswordLength: 5, ExcludeUppercase: true, ExcludeLowercase: true, ExcludePunctuation: true, RequireEachIncludedType: &no}, `^[0-9]{5}$`},
	} {
		password, err := test.g.generate()
		if err != nil || !regexp.MustCompile(test.want).MatchString(password) {
			t.Errorf("%s: %q, %v", name, password, err)
		}
	}
	nothing := generator{ExcludeLowercase: true, ExcludeUppercase: true, ExcludeNumbers: true, ExcludePunctuation: true}
	if _, err := nothing.generate(); err == nil {
		t.Error("a password was made of no characters")
	}
}

func TestRefusedTemplates(t *testing.T) {
	t.Parallel()
	const f = "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: "
	for name, test := range map[string]struct {
		text, want string
		o          Options
	}{
		"no YAML":             {text: "a: b: c", want: "mapping values"},
		"no mapping":          {text: "[]", want: "is a mapping"},
		"no resources":        {text: "Parameters: {}", want: "no Resources"},
		"key twice":           {text: "Resources: {}\nResources: {}", want: `"Resources" occurs twice`},
		"unknown parameter":   {text: f + "x", o: Options{Parameters: map[string]string{"A": "1"}}, want: `no parameter "A"`},
		"parameter missing":   {text: "Parameters: { A: { Type: String } }\n" + f + "x", want: "parameter A needs a value"},
		"parameter forbidden": {text: "Parameters: { A: { Type: String, Default: c, AllowedValues: [a, b] } }\n" + f + "x", want: "not one of the allowed"},
		"parameter pattern":   {text: "Parameters: { A: { Type: String, Default: c, AllowedPattern: a } }\n" + f + "x", want: "does not match"},
		"parameter number":    {text: "Parameters: { A: { Type: Number, Default: c } }\n" + f + "x", want: "not a number"},
		"unknown reference":   {text: f + "!Ref B", want: `F: CodeUri: !Ref "B"`},
		"unknown attribute":   {text: f + "!GetAtt F.Colour", want: "F.Colour"},
		"unknown function":    {text: f + "!Transform x", want: "Fn::Transform is not supported"},
		"unknown condition":   {text: f + "!If [C, a, b]", want: `no condition "C"`},
		"circle":              {text: "Conditions: { C: !Not [!Condition C] }\n" + f + "!If [C, a, b]", want: "in a circle"},
		"unknown secret":      {text: f + `"{{resolve:secretsmanager:nobody:SecretString}}"`, want: "no such secret"},
		"other store":         {text: f + `"{{resolve:ssm:name}}"`, want: "only secretsmanager"},
		"refusing policy":     {text: f + "x\n      Policies: [{ Statement: [{ Effect: Deny }] }]", want: "does not know policies that Deny"},
		"unknown limit":       {text: f + "x\n      Policies: [{ Statement: [{ Effect: Allow, Condition: { Bool: { a: b } } }] }]", want: "the condition Bool of a"},
		"unknown event":       {text: f + "x\n      Events: { E: { Type: SQS } }", want: `event E: the local cloud does not know events of the type "SQS"`},
	} {
		_, err := parse([]byte(test.text), test.o)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: the error is %v, want %q", name, err, test.want)
		}
	}
}

// The repository's own template can be read with the local parameters.
func TestOwnTemplate(t *testing.T) {
	t.Parallel()
	root, err := checkout.Root()
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := Load(filepath.Join(root, "template.yaml"), Options{Parameters: LocalParameters("http://localhost:8080")})
	if err != nil {
		t.Fatal(err)
	}
	if len(loaded.Functions) == 0 || len(loaded.Tables) == 0 || len(loaded.Subscriptions) == 0 {
		t.Errorf("%d functions, %d tables, %d subscriptions", len(loaded.Functions), len(loaded.Tables), len(loaded.Subscriptions))
	}
	if loaded.API.Throttle == AccountThrottle {
		t.Error("the template's own throttle was not read")
	}
	for _, f := range loaded.Functions {
		if site := f.Environment["SITE_URL"]; site != "http://localhost:8080" {
			t.Errorf("%s has SITE_URL %q", f.LogicalID, site)
		}
	}
}
