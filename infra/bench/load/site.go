package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/municipalitiesnet/munet/infra/bench/meter"
	"github.com/municipalitiesnet/munet/infra/bench/process"
	"github.com/municipalitiesnet/munet/infra/local/dynamodblocal"
	"github.com/municipalitiesnet/munet/infra/local/mailbox"
	"github.com/municipalitiesnet/munet/infra/local/template"
)

// A site is what the load is put on: where it answers, and its tables, to see what was kept.
type site struct {
	tables
	url      string
	throttle float64 // requests a second that the API lets through
}

// mail returns the messages to an address, the oldest first.
func (s site) mail(ctx context.Context, to string) (found []mailbox.Message, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/_local/mail.json?to="+url.QueryEscape(to), http.NoBody)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	return found, json.NewDecoder(response.Body).Decode(&found)
}

// A database is DynamoDB Local with a copy of a population.
type database struct {
	*dynamodblocal.Server
	dir string // of everything that the run writes
	log *os.File
}

// stop ends the emulator and throws away what the run wrote.
func (d *database) stop() error {
	d.Close()
	return errors.Join(d.log.Close(), os.RemoveAll(d.dir))
}

// start runs an emulator with the data in a folder, which it keeps.
func startDatabase(ctx context.Context, dir string) (*database, error) {
	log, err := os.Create(filepath.Join(dir, "dynamodb.log")) //nolint:gosec // a folder of this program
	if err != nil {
		return nil, err
	}
	server, err := dynamodblocal.Start(ctx, filepath.Join(dir, "dynamodb"), log)
	if err != nil {
		return nil, errors.Join(err, log.Close())
	}
	return &database{Server: server, dir: dir, log: log}, nil
}

// prepare makes a population once, in a folder that is kept, and starts an emulator with a copy of it.
func prepare(ctx context.Context, cache string, p population) (*database, error) {
	t, err := template.Load("template.yaml", template.Options{Parameters: template.LocalParameters("http://localhost")})
	if err != nil {
		return nil, err
	}
	kept := filepath.Join(cache, fmt.Sprintf("%d-%s", p.members, layout(t)))
	if _, err := os.Stat(filepath.Join(kept, "complete")); err != nil {
		say("writing %d members, %d practices and %d calls, once", p.members, p.practices, p.calls)
		began := time.Now()
		if err := populate(ctx, kept, p, t); err != nil {
			return nil, fmt.Errorf("writing the population: %w", err)
		}
		say("written in %s", time.Since(began).Round(time.Second))
	}
	dir, err := scratch()
	if err != nil {
		return nil, err
	}
	if err := os.CopyFS(filepath.Join(dir, "dynamodb"), os.DirFS(filepath.Join(kept, "dynamodb"))); err != nil {
		return nil, err
	}
	return startDatabase(ctx, dir)
}

// scratch makes a folder for what is gone after the run, in memory where there is such a file system:
// DynamoDB Local waits for the disk at each write, which takes longer than all the rest.
func scratch() (string, error) {
	const memory = "/dev/shm"
	if dir, err := os.MkdirTemp(memory, "munet-load-"); err == nil {
		return dir, nil
	}
	return os.MkdirTemp("", "munet-load-")
}

// populate writes a population and keeps it in a new folder.
func populate(ctx context.Context, kept string, p population, t *template.Template) (err error) {
	dir, err := scratch()
	if err != nil {
		return err
	}
	d, err := startDatabase(ctx, dir)
	if err != nil {
		return errors.Join(err, os.RemoveAll(dir))
	}
	defer func() { err = errors.Join(err, d.stop()) }()
	to := tables{dynamodblocal.NewClient(d.URL), names(t)}
	if err := dynamodblocal.CreateTables(ctx, to.client, t.Tables); err != nil {
		return err
	}
	if err := to.fill(ctx, p); err != nil {
		return err
	}
	d.Close() // what it has in hand is in its file then
	if err := os.RemoveAll(kept); err != nil {
		return err
	}
	if err := os.CopyFS(filepath.Join(kept, "dynamodb"), os.DirFS(filepath.Join(dir, "dynamodb"))); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(kept, "complete"), nil, 0o600)
}

func names(t *template.Template) map[string]string {
	all := map[string]string{}
	for _, table := range t.Tables {
		all[table.LogicalID] = table.Name
	}
	return all
}

// A cloud is the local cloud as "make run" starts it, in a process of its own, so that what it uses is
// not mixed with what the load itself uses.
type cloud struct {
	site
	cmd   *exec.Cmd
	meter *meter.Meter // or nil
	log   *os.File
}

type cloudOptions struct {
	metered  bool
	throttle float64 // requests a second that the API lets through; zero is the template's
}

// unthrottled is more than this program ever asks for.
const unthrottled = 10_000

// open starts the local cloud on a database. Metered, each request of the functions to the tables passes
// through a meter.
func open(ctx context.Context, program string, d *database, o cloudOptions) (_ *cloud, err error) {
	c := &cloud{}
	endpoint := d.URL
	if o.metered {
		if c.meter, err = meter.New(ctx, d.URL); err != nil {
			return nil, err
		}
		endpoint = c.meter.URL
	}
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	if c.log, err = os.Create(program + ".log"); err != nil { //nolint:gosec // beside the program that this one has built
		return nil, err
	}
	args := []string{"-port", port, "-data", filepath.Join(d.dir, "data"), "-demo=false", "-schedules=false", "-throttle", fmt.Sprint(o.throttle)}
	c.cmd = exec.Command(program, args...) //nolint:gosec,noctx // built by this program; stop ends it
	c.cmd.Env = append(os.Environ(), dynamodblocal.EndpointVariable+"="+endpoint)
	c.cmd.Stderr = c.log
	output, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	c.url = "http://localhost:" + port
	lines := bufio.NewScanner(output)
	for ready := false; !ready; {
		if !lines.Scan() {
			return nil, errors.Join(fmt.Errorf("the local cloud did not start, see %s", c.log.Name()), c.stop())
		}
		_, _ = fmt.Fprintln(c.log, lines.Text())
		ready = strings.HasPrefix(lines.Text(), "ready: ")
	}
	go func() {
		for lines.Scan() {
			_, _ = fmt.Fprintln(c.log, lines.Text())
		}
	}()
	t, err := template.Load("template.yaml", template.Options{Parameters: template.LocalParameters(c.url)})
	if err != nil {
		return nil, errors.Join(err, c.stop())
	}
	c.throttle = t.API.Throttle.Rate
	if o.throttle > 0 {
		c.throttle = o.throttle
	}
	c.tables = tables{dynamodblocal.NewClient(d.URL), names(t)}
	return c, nil
}

// stop ends the local cloud and its functions.
func (c *cloud) stop() error {
	err := c.cmd.Process.Signal(syscall.SIGTERM)
	if err == nil {
		err = c.cmd.Wait()
	}
	if c.meter != nil {
		err = errors.Join(err, c.meter.Close())
	}
	return errors.Join(err, c.log.Close())
}

// functions are what the processes of the functions have used.
func (c *cloud) functions() ([]process.Usage, error) { return process.Children(c.cmd.Process.Pid) }

func freePort(ctx context.Context) (string, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "localhost:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return port, errors.Join(err, listener.Close())
}

// layout names how the tables are laid out, and how a population is made: what was written under another
// name is not used.
func layout(t *template.Template) string {
	const edition = 2 // of the population
	text, _ := json.Marshal(t.Tables)
	return fmt.Sprintf("%d-%s", edition, made(string(text), 0)[:8])
}
