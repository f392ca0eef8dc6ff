package template

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// A Function is an AWS::Serverless::Function with what the Globals add to it.
type Function struct {
	LogicalID   string
	Name        string
	CodeURI     string // relative to the template
	Handler     string
	Memory      int // MB
	Timeout     time.Duration
	Environment map[string]string
	// Concurrency is the reserved concurrency, the most processes that may
	// run at once. It is -1 if none is reserved.
	Concurrency int
	// Retries is how often an asynchronous event is tried again after a
	// failure, and MaxAge for how long.
	Retries   int
	MaxAge    time.Duration
	Routes    []Route
	Schedules []Schedule
	Grants    []Grant // what its policies allow

	topics []string
}

// A Route is one route of the HTTP API, such as "GET /members/{id}".
type Route struct {
	Method string // upper case, or ANY
	Path   string // "" is the default route
}

// Key is the route key as API Gateway writes it.
func (r Route) Key() string {
	if r.Path == "" {
		return "$default"
	}
	return r.Method + " " + r.Path
}

// A Schedule invokes its function at the times of an expression.
type Schedule struct {
	Name       string // of the event in the template
	Expression string // rate(…), cron(…) or at(…)
	Timezone   string // IANA name, "" for UTC
	Enabled    bool
	Input      string // the event to send, "" for the usual one
	// Scheduler tells EventBridge Scheduler (ScheduleV2) from EventBridge
	// rules (Schedule); they send different events.
	Scheduler bool
}

// AWS's own values where the template says nothing: 128 MB, 3 s, and for
// asynchronous events two retries within six hours.
const (
	defaultMemory  = 128
	defaultTimeout = 3
	defaultRetries = 2
	defaultMaxAge  = 6 * 60 * 60
)

type functionProperties struct {
	CodeURI                      string `json:"CodeUri"`
	Handler                      string
	MemorySize                   number
	Timeout                      number
	ReservedConcurrentExecutions *number
	Environment                  struct{ Variables map[string]text }
	EventInvokeConfig            struct {
		MaximumRetryAttempts     *number
		MaximumEventAgeInSeconds *number
	}
	Policies []policy
	Events   map[string]struct {
		Type       string
		Properties eventProperties
	}
}

type eventProperties struct {
	Path, Method               string // HttpApi
	Schedule                   string // Schedule
	ScheduleExpression         string // ScheduleV2
	ScheduleExpressionTimezone string
	State                      string
	Enabled                    any
	Input                      string
	Topic                      string // SNS
}

func (r *resolver) function(id string, globals map[string]any) (Function, error) {
	p := functionProperties{MemorySize: defaultMemory, Timeout: defaultTimeout}
	names := []string{"CodeUri", "Handler", "MemorySize", "Timeout", "ReservedConcurrentExecutions",
		"Environment", "EventInvokeConfig", "Policies", "Events"}
	// Reading the function's own properties over those of the Globals merges
	// them by SAM's rules: maps key by key, everything else replaced.
	defaults, _ := globals["Function"].(map[string]any)
	if err := r.properties(defaults, &p, names...); err != nil {
		return Function{}, fmt.Errorf("globals: %w", err)
	}
	if err := r.properties(r.resources[id].properties, &p, names...); err != nil {
		return Function{}, err
	}
	name, err := r.name(id)
	if err != nil {
		return Function{}, err
	}
	f := Function{
		LogicalID: id, Name: name, CodeURI: p.CodeURI, Handler: p.Handler,
		Memory: int(p.MemorySize), Timeout: time.Duration(p.Timeout) * time.Second,
		Environment: map[string]string{}, Concurrency: orElse(p.ReservedConcurrentExecutions, -1),
		Retries: orElse(p.EventInvokeConfig.MaximumRetryAttempts, defaultRetries),
		MaxAge:  time.Duration(orElse(p.EventInvokeConfig.MaximumEventAgeInSeconds, defaultMaxAge)) * time.Second,
	}
	for key, value := range p.Environment.Variables {
		f.Environment[key] = string(value)
	}
	if f.Grants, err = grants(p.Policies); err != nil {
		return Function{}, err
	}
	for _, name := range slices.Sorted(maps.Keys(p.Events)) {
		if err := f.addEvent(name, p.Events[name].Type, p.Events[name].Properties); err != nil {
			return Function{}, fmt.Errorf("event %s: %w", name, err)
		}
	}
	return f, nil
}

func orElse(n *number, otherwise int) int {
	if n == nil {
		return otherwise
	}
	return int(*n)
}

func (f *Function) addEvent(name, kind string, p eventProperties) error {
	enabled := p.State != "DISABLED" && fmt.Sprint(p.Enabled) != "false"
	switch kind {
	case "HttpApi":
		f.Routes = append(f.Routes, route(p))
	case "Schedule":
		f.Schedules = append(f.Schedules, Schedule{Name: name, Expression: p.Schedule, Enabled: enabled, Input: p.Input})
	case "ScheduleV2":
		f.Schedules = append(f.Schedules, Schedule{
			Name: name, Expression: p.ScheduleExpression, Timezone: p.ScheduleExpressionTimezone,
			Enabled: enabled, Input: p.Input, Scheduler: true,
		})
	case "SNS":
		f.topics = append(f.topics, p.Topic)
	default:
		return fmt.Errorf("the local cloud does not know events of the type %q", kind)
	}
	return nil
}

func route(p eventProperties) Route {
	if p.Path == "" || p.Path == "$default" {
		return Route{Method: "ANY"}
	}
	method := strings.ToUpper(p.Method)
	if method == "" || method == "*" || method == "X-AMAZON-APIGATEWAY-ANY-METHOD" {
		method = "ANY"
	}
	return Route{Method: method, Path: p.Path}
}
