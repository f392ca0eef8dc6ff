package cloud

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/infra/local/dynamodblocal"
)

// A database is where the tables are.
type database struct {
	url    string
	client *dynamodb.Client
	close  func() error
}

// uniqueStack is a stack name that nobody else has, so that several clouds can
// have their tables in one emulator.
func uniqueStack() string { return "munet-" + strings.ToLower(rand.Text()[:12]) }

// startDatabase makes the template's tables: in the data folder, in the
// emulator that tests share, or wherever the environment says.
func (c *Cloud) startDatabase(ctx context.Context) (*database, error) {
	d := &database{close: func() error { return nil }}
	switch {
	case c.options.Data == "":
		url, err := dynamodblocal.Shared(ctx)
		if err != nil {
			return nil, err
		}
		d.url = url
		d.close = func() error { return c.deleteTables(d.client) } //nolint:contextcheck // Close has no context
	case os.Getenv(dynamodblocal.EndpointVariable) != "":
		d.url = os.Getenv(dynamodblocal.EndpointVariable)
	default:
		log, err := os.Create(filepath.Join(c.data, "dynamodb.log"))
		if err != nil {
			return nil, err
		}
		server, err := dynamodblocal.Start(ctx, filepath.Join(c.data, "dynamodb"), log)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("%w (see %s)", err, log.Name()), log.Close())
		}
		d.url = server.URL
		d.close = func() error { server.Close(); return log.Close() }
	}
	d.client = dynamodblocal.NewClient(d.url)
	c.Tables = map[string]string{}
	for _, table := range c.Template.Tables {
		c.Tables[table.LogicalID] = table.Name
	}
	return d, dynamodblocal.CreateTables(ctx, d.client, c.Template.Tables)
}

func (c *Cloud) deleteTables(client *dynamodb.Client) error {
	for _, table := range c.Template.Tables {
		_, err := client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: aws.String(table.Name)})
		if err != nil {
			return err
		}
	}
	return nil
}
