package dynamodblocal

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"github.com/municipalitiesnet/munet/infra/local/template"
)

// Region, AccessKey and SecretKey are what clients of the emulator may use;
// it checks none of them.
const (
	Region    = "eu-central-1"
	AccessKey = "local"
	SecretKey = "local"
)

// NewClient is a client of the emulator at url.
func NewClient(url string) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		BaseEndpoint: aws.String(url),
		Region:       Region,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: AccessKey, SecretAccessKey: SecretKey}, nil
		}),
		HTTPClient: &http.Client{
			Timeout: time.Minute,
			// The default keeps two idle connections per host and opens a new
			// one for every other parallel request.
			Transport: &http.Transport{MaxIdleConnsPerHost: 100, IdleConnTimeout: time.Minute},
		},
	})
}

// CreateTables makes those tables that are missing. Tables that exist stay as
// they are: an index or key that was added to the template since needs new
// data (make clean-data).
func CreateTables(ctx context.Context, client *dynamodb.Client, tables []template.Table) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, table := range tables {
		group.Go(func() error {
			if err := createTable(ctx, client, table); err != nil {
				return fmt.Errorf("create the table %s: %w", table.Name, err)
			}
			return nil
		})
	}
	return group.Wait()
}

func createTable(ctx context.Context, client *dynamodb.Client, table template.Table) error {
	_, err := client.CreateTable(ctx, createInput(table))
	var exists *types.ResourceInUseException
	if errors.As(err, &exists) {
		return nil
	}
	if err != nil || table.TimeToLive == "" {
		return err
	}
	_, err = client.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
		TableName: aws.String(table.Name),
		TimeToLiveSpecification: &types.TimeToLiveSpecification{
			AttributeName: aws.String(table.TimeToLive),
			Enabled:       aws.Bool(true),
		},
	})
	return err
}

func createInput(table template.Table) *dynamodb.CreateTableInput {
	input := &dynamodb.CreateTableInput{
		TableName:   aws.String(table.Name),
		KeySchema:   keySchema(table.Key),
		BillingMode: types.BillingModePayPerRequest,
	}
	for _, name := range slices.Sorted(maps.Keys(table.Attributes)) {
		input.AttributeDefinitions = append(input.AttributeDefinitions, types.AttributeDefinition{
			AttributeName: aws.String(name),
			AttributeType: types.ScalarAttributeType(table.Attributes[name]),
		})
	}
	for _, index := range table.Indexes {
		input.GlobalSecondaryIndexes = append(input.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName: aws.String(index.Name),
			KeySchema: keySchema(index.Key),
			Projection: &types.Projection{
				ProjectionType:   types.ProjectionType(index.Projection),
				NonKeyAttributes: index.Includes,
			},
		})
	}
	if table.Stream != "" {
		input.StreamSpecification = &types.StreamSpecification{
			StreamEnabled:  aws.Bool(true),
			StreamViewType: types.StreamViewType(table.Stream),
		}
	}
	return input
}

func keySchema(key []template.KeyPart) []types.KeySchemaElement {
	schema := make([]types.KeySchemaElement, 0, len(key))
	for _, part := range key {
		schema = append(schema, types.KeySchemaElement{
			AttributeName: aws.String(part.Name),
			KeyType:       types.KeyType(part.Type),
		})
	}
	return schema
}
