// Command backup copies the tables of a stack into a folder and back.
//
//	go run ./infra/backup export -stack munet -to backup-2026-11-22
//	go run ./infra/backup import -stack munet-staging -from backup-2026-11-22
//
// It takes region and credentials from where the AWS CLI takes them (AWS_PROFILE, AWS_REGION…), and
// AWS_ENDPOINT_URL_DYNAMODB, if it is set, for the address of DynamoDB. docs/operating/restore.md says
// when to use it and when the tables' own recovery to a point in time.
//
// Each table becomes gzipped lines of DynamoDB's JSON, as in its own exports to S3. An export reads
// consistently, but not all tables at one moment. Files hold personal data. The network's key is not
// in them: it is a secret of its own.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/config" //nolint:depguard // a command on an operator's machine, which has profiles; it is no function
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// errUsage is all that there is to say about arguments that are none.
var errUsage = errors.New(`usage: backup export -stack STACK -to FOLDER
       backup import -stack STACK -from FOLDER
"backup export -h" and "backup import -h" list all flags`)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "backup:", err)
		os.Exit(1)
	}
}

// run does what the arguments say.
func run(ctx context.Context, arguments []string, log io.Writer) error {
	if len(arguments) == 0 {
		return errUsage
	}
	chosen := choices{}
	flags := flag.NewFlagSet(arguments[0], flag.ContinueOnError)
	stack := flags.String("stack", "", "name of the stack whose tables they are")
	flags.Var(chosen, "table", "a table that takes the place of all of the stack: NameInTheTemplate=NameOfTheTable")
	var folder, answer string
	var segments int
	switch arguments[0] {
	case "export":
		flags.StringVar(&folder, "to", "", "folder to write, new or empty")
		flags.IntVar(&segments, "segments", 4, "parts of a table that are read at the same time, 1 to 100")
	case "import":
		flags.StringVar(&folder, "from", "", "folder to read")
		flags.StringVar(&answer, "existing", string(refuse), "items that are there already: refuse to begin, replace those with the same key, or keep them")
	default:
		return errUsage
	}
	if err := flags.Parse(arguments[1:]); err != nil {
		return err
	}
	if folder == "" || flags.NArg() > 0 {
		return errUsage
	}
	db, err := client(ctx)
	if err != nil {
		return err
	}
	tables := map[string]string(chosen)
	if len(tables) == 0 {
		if tables, err = tablesOf(ctx, db, *stack); err != nil {
			return err
		}
	}
	if arguments[0] == "export" {
		if segments < 1 || segments > 100 {
			return errors.New("-segments is 1 to 100")
		}
		e := exporter{db: db, now: time.Now, log: log, segments: int32(segments)}
		return e.run(ctx, *stack, tables, folder)
	}
	answers := []existing{refuse, replace, keep}
	if !slices.Contains(answers, existing(answer)) {
		return fmt.Errorf("-existing is one of %v", answers)
	}
	im := importer{db: db, log: log, existing: existing(answer), only: len(chosen) > 0, sleep: sleep}
	return im.run(ctx, tables, folder)
}

func client(ctx context.Context) (*dynamodb.Client, error) {
	c, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, err
	}
	if c.Region == "" {
		return nil, errors.New("set AWS_REGION, or a region in your AWS profile")
	}
	return dynamodb.NewFromConfig(c), nil
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
