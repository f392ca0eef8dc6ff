package cloud

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/municipalitiesnet/munet/infra/local/checkout"
	"github.com/municipalitiesnet/munet/infra/local/gateway"
	"github.com/municipalitiesnet/munet/infra/local/iam"
	"github.com/municipalitiesnet/munet/infra/local/lambda"
	"github.com/municipalitiesnet/munet/infra/local/mailbox"
	"github.com/municipalitiesnet/munet/infra/local/portal"
	"github.com/municipalitiesnet/munet/infra/local/schedule"
	"github.com/municipalitiesnet/munet/infra/local/ses"
	"github.com/municipalitiesnet/munet/infra/local/template"
)

// The steps of Start, in their order.

func (c *Cloud) listen(ctx context.Context) error {
	if c.options.Listener == nil {
		var config net.ListenConfig
		listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return fmt.Errorf("find a free port: %w", err)
		}
		c.options.Listener = listener
	}
	c.closers = append(c.closers, ignoring(net.ErrClosed, c.options.Listener.Close))
	_, port, err := net.SplitHostPort(c.options.Listener.Addr().String())
	c.URL = "http://localhost:" + port
	return err
}

// startPortal starts the stand-in for the sources of funding calls.
func (c *Cloud) startPortal(ctx context.Context) error {
	c.Portal = portal.New(c.options.FundingCalls)
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("find a port for the portal: %w", err)
	}
	c.serve(listener, c.Portal)
	c.portalURL = "http://" + listener.Addr().String()
	return nil
}

// prepareData makes the folder and keeps others out of it.
func (c *Cloud) prepareData(context.Context) error {
	if c.options.Data == "" {
		dir, err := os.MkdirTemp("", "munet-")
		if err != nil {
			return err
		}
		c.data = dir
		c.closers = append(c.closers, func() error { return os.RemoveAll(dir) })
		return nil
	}
	dir, err := filepath.Abs(c.options.Data)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	lock, err := checkout.TryAcquire(filepath.Join(dir, "lock"), checkout.Exclusive)
	if err != nil {
		return err
	}
	if lock == nil {
		return fmt.Errorf("another local cloud is using the data folder %s: stop it, or choose another folder with -data", dir)
	}
	c.data = dir
	c.closers = append(c.closers, lock.Release)
	return nil
}

func (c *Cloud) loadTemplate(context.Context) error {
	if c.options.Template == "" {
		root, err := checkout.Root()
		if err != nil {
			return err
		}
		c.options.Template = filepath.Join(root, "template.yaml")
	}
	path, err := filepath.Abs(c.options.Template)
	if err != nil {
		return err
	}
	c.options.Template = path
	o := template.Options{
		Parameters:  template.LocalParameters(c.URL),
		SecretsFile: filepath.Join(c.data, "secrets.json"),
	}
	maps.Copy(o.Parameters, map[string]string{
		"PortalUrl": c.portalURL, "TopicsUrl": c.portalURL,
		"InterregUrl": c.portalURL, "InterregApplication": "local", "InterregIndex": "calls", "InterregKey": "local",
	})
	for name, value := range c.options.Parameters {
		o.Parameters[name] = value
	}
	if c.options.Data == "" {
		o.StackName = uniqueStack()
	}
	if c.Template, err = template.Load(c.options.Template, o); err != nil {
		return err
	}
	if c.options.Throttle != (template.Throttle{}) {
		c.Template.API = template.API{Throttle: c.options.Throttle}
	}
	c.access = iam.New(c.Template.Functions)
	return nil
}

// startMail starts SES on a port of its own, for the functions' SDK.
func (c *Cloud) startMail(ctx context.Context) error {
	store, err := ses.OpenStore(filepath.Join(c.data, "mail"))
	if err != nil {
		return err
	}
	c.store = store
	c.closers = append(c.closers, store.Close)
	o := ses.Options{
		Identities: c.Template.Mail.Identities, ConfigurationSets: c.Template.Mail.ConfigurationSets,
		Publish: c.publish, Authorize: c.authorizeMail, Region: c.Template.Region, Account: c.Template.Account, Now: time.Now,
	}
	for _, d := range c.Template.Mail.Destinations {
		o.Destinations = append(o.Destinations, ses.Destination(d))
	}
	c.mail = ses.New(store, o)
	c.mail.SetFaults(c.options.Faults)
	c.mailbox = mailbox.New(store, time.Now)
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("find a port for SES: %w", err)
	}
	c.serve(listener, c.mail)
	c.MailURL = "http://" + listener.Addr().String()
	c.options.Environment = with(c.options.Environment, "AWS_ENDPOINT_URL_SES", c.MailURL)
	return nil
}

// startFunctions builds the functions while DynamoDB starts.
func (c *Cloud) startFunctions(ctx context.Context) error {
	var programs map[string]string
	group, building := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		programs, err = Build(building, filepath.Dir(c.options.Template), c.Template.Functions)
		return err
	})
	group.Go(func() (err error) {
		c.dynamo, err = c.startDatabase(building)
		return err
	})
	err := group.Wait()
	if c.dynamo != nil {
		c.closers = append(c.closers, c.dynamo.close)
	}
	if err != nil {
		return err
	}
	tables, err := c.guardDatabase(ctx)
	if err != nil {
		return err
	}
	o := lambda.Options{
		Region: c.Template.Region, Account: c.Template.Account, Log: c.log.of,
		Environment: with(c.options.Environment, "AWS_ENDPOINT_URL_DYNAMODB", tables),
	}
	for _, f := range c.Template.Functions {
		o.Functions = append(o.Functions, lambda.Function{
			LogicalID: f.LogicalID, Name: f.Name, Program: programs[f.LogicalID], Handler: f.Handler,
			Memory: f.Memory, Timeout: f.Timeout, Concurrency: f.Concurrency, Environment: f.Environment,
			Retries: f.Retries, MaxAge: f.MaxAge,
		})
	}
	c.functions = lambda.New(o)
	c.closers = append(c.closers, func() error { c.functions.Close(); return nil })
	return nil
}

func (c *Cloud) startSite(context.Context) error {
	var site http.Handler = gateway.New(c.Template, c.functions.Invoke, time.Now)
	if c.options.Around != nil {
		site = c.options.Around(site)
	}
	control := c.control()
	// Not a ServeMux: it would redirect paths such as //x and /a/../b, which
	// API Gateway passes on as they are.
	c.serve(c.options.Listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/_local/") {
			control.ServeHTTP(w, r)
			return
		}
		site.ServeHTTP(w, r)
	}))
	return nil
}

func (c *Cloud) startSchedules(ctx context.Context) error {
	var err error
	if c.timetable, err = schedule.New(c.Template, time.Now()); err != nil {
		return err
	}
	if c.options.NoSchedules {
		return nil
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx)) // it ends in Close, not with the start
	c.stop = stop
	c.running.Go(func() {
		//nolint:contextcheck // an event goes on when the schedules stop
		c.timetable.Run(ctx, func(function string, event []byte) {
			_ = c.functions.InvokeAsync(function, event) // the template has the function
		})
	})
	return nil
}

// serve runs an HTTP server until Close.
func (c *Cloud) serve(listener net.Listener, handler http.Handler) {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 30 * time.Second, ErrorLog: c.log.errors()}
	c.servers = append(c.servers, server)
	c.closers = append(c.closers, server.Close)
	c.running.Go(func() { _ = server.Serve(listener) }) // it ends with the error of Close
}

// ignoring makes a closer that takes one error for none.
func ignoring(expected error, closer func() error) func() error {
	return func() error {
		if err := closer(); !errors.Is(err, expected) {
			return err
		}
		return nil
	}
}

// with is a copy of a map with one more entry.
func with(m map[string]string, key, value string) map[string]string {
	copied := map[string]string{key: value}
	for k, v := range m {
		copied[k] = v
	}
	return copied
}
