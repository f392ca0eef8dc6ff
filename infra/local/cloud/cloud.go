// Package cloud puts the local cloud together: everything that template.yaml
// describes, on this machine, from the functions' compiled binaries.
//
// It is what "go run ./infra/local" runs, and what end-to-end tests start
// inside themselves, with data that is gone afterwards:
//
//	c, err := cloud.Start(t.Context(), cloud.Options{NoSchedules: true})
//	defer c.Close()
//	// c.URL, c.Invoke, c.Mail, c.SetFaults, c.Kill, c.DynamoDB …
//
// Besides the site it serves some paths of its own, for people, tests and
// tools. Pages of other sites cannot post to them:
//
//	GET    /_local/                    what there is
//	GET    /_local/mail                the mailbox
//	GET    /_local/mail.json           all messages, the oldest first; with ?to=ADDRESS those to this address
//	DELETE /_local/mail.json           empties the mailbox
//	GET    /_local/mail/{id}.eml       a message as it was sent
//	GET    /_local/authenticator       stands in for an authenticator app
//	POST   /_local/invoke/{LogicalId}  runs a function with the posted event; an
//	                                   empty body is its schedule's event. A failing
//	                                   function is status 502, a throttled one 429
//	POST   /_local/faults              sets the faults of SES and of the portal that funding
//	                                   calls are read from, for example
//	                                   {"ses": {"throttle": {"count": 3}, "seed": 7}, "portal": {"down": 2}};
//	                                   [ses.Faults] and [portal.Faults] tell all of them
//	DELETE /_local/faults              ends all faults
package cloud

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/infra/local/iam"
	"github.com/municipalitiesnet/munet/infra/local/lambda"
	"github.com/municipalitiesnet/munet/infra/local/mailbox"
	"github.com/municipalitiesnet/munet/infra/local/portal"
	"github.com/municipalitiesnet/munet/infra/local/schedule"
	"github.com/municipalitiesnet/munet/infra/local/ses"
	"github.com/municipalitiesnet/munet/infra/local/template"
)

// Options of Start. The zero value is right for a test: a free port, and data
// that is gone after Close.
type Options struct {
	// Listener serves the site; nil is a free port of the loopback interface.
	// Start closes it if it fails.
	Listener net.Listener
	// Data is the folder that keeps tables, mail and secrets between runs. If
	// it is empty, the tables are made in the emulator that tests share, and
	// the rest in a temporary folder.
	Data string
	// Template is the path of the template; empty is the checkout's.
	Template string
	// Log gets what the functions write, each line after the function's name.
	Log io.Writer
	// Colour makes the names in the log colourful.
	Colour bool
	// Parameters are values for parameters of the template, beside those that
	// the local cloud has for itself.
	Parameters map[string]string
	// Environment has variables that every function gets in addition.
	Environment map[string]string
	// NoSchedules keeps scheduled functions from starting by themselves;
	// Invoke starts them.
	NoSchedules bool
	// Throttle is what the HTTP API lets through in place of what the template says, such as
	// [template.AccountThrottle] for tests in which one process is everybody; zero is the template's.
	Throttle template.Throttle
	// Around, if it is there, is put around the site, such as to look at every answer.
	Around func(http.Handler) http.Handler
	// Faults that SES has from the start.
	Faults ses.Faults
	// FundingCalls are what the stand-in for the sources of funding calls has.
	FundingCalls []portal.Call
}

// A Cloud is a running local cloud.
type Cloud struct {
	URL      string // of the site, without a slash at the end
	MailURL  string // of SES's API
	Template *template.Template
	Tables   map[string]string // the tables' names by logical id
	Portal   *portal.Portal    // the sources of funding calls, for other calls and for faults

	options   Options
	portalURL string
	data      string
	log       *log
	dynamo    *database
	functions *lambda.Service
	mail      *ses.Service
	store     *ses.Store
	access    *iam.Service
	mailbox   *mailbox.Mailbox
	timetable *schedule.Timetable
	servers   []*http.Server
	stop      context.CancelFunc
	running   sync.WaitGroup
	closers   []func() error // in the order of starting
	closed    sync.Once
	closeErr  error
}

// Start builds the functions, starts everything, and returns when the site can
// be used. The context ends waiting for the start, not the cloud.
func Start(ctx context.Context, o Options) (_ *Cloud, err error) {
	if o.Log == nil {
		o.Log = io.Discard
	}
	c := &Cloud{options: o, log: newLog(o.Log, o.Colour), stop: func() {}}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.Close())
		}
	}()
	for _, step := range []func(context.Context) error{
		c.listen, c.prepareData, c.startPortal, c.loadTemplate, c.startMail, c.startFunctions, c.startSchedules, c.startSite,
	} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Invoke runs a function with an event and returns its result. A nil event is
// that of the function's schedule. The errors are those of the package lambda.
func (c *Cloud) Invoke(ctx context.Context, logicalID string, event []byte) ([]byte, error) {
	if len(event) == 0 {
		event = []byte("{}")
		if scheduled, ok := c.timetable.Event(logicalID, time.Now()); ok {
			event = scheduled
		}
	}
	return c.functions.Invoke(ctx, logicalID, event)
}

// Kill ends all processes of a function at once (SIGKILL) and returns how many
// there were.
func (c *Cloud) Kill(logicalID string) int { return c.functions.Kill(logicalID) }

// KillOne ends one process of a function at once (SIGKILL), the one that choose picks among so many,
// and reports whether there was any.
func (c *Cloud) KillOne(logicalID string, choose func(processes int) int) bool {
	return c.functions.KillOne(logicalID, choose)
}

// Mail is what has been accepted for sending, the oldest first.
func (c *Cloud) Mail() ([]mailbox.Message, error) { return c.mailbox.Messages() }

// Accepted reads SES's log of accepted messages from the disk: the truth about
// what was sent, in the order of sending.
func (c *Cloud) Accepted() ([]ses.Message, error) {
	return ses.ReadLog(filepath.Join(c.data, "mail"))
}

// CountAccepted is how many messages Accepted would return.
func (c *Cloud) CountAccepted() int { return c.store.Count() }

// SetFaults replaces SES's faults and limits.
func (c *Cloud) SetFaults(f ses.Faults) { c.mail.SetFaults(f) }

// Access is what the functions may do, and what they have done of it.
func (c *Cloud) Access() *iam.Service { return c.access }

// DynamoDB is a client of the tables' database, which may do everything.
func (c *Cloud) DynamoDB() *dynamodb.Client { return c.dynamo.client }

// Close stops everything, the newest first, and waits for it. No process is
// left.
func (c *Cloud) Close() error {
	c.closed.Do(func() {
		c.stop()
		for i := len(c.closers) - 1; i >= 0; i-- {
			c.closeErr = errors.Join(c.closeErr, c.closers[i]())
		}
		c.running.Wait()
	})
	return c.closeErr
}
