package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// database is what is asked of DynamoDB.
type database interface {
	dynamodb.ListTablesAPIClient
	dynamodb.DescribeTableAPIClient
	dynamodb.ScanAPIClient
	BatchWriteItem(context.Context, *dynamodb.BatchWriteItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
}

// choices are tables that were named on the command line, by their names in template.yaml. If there
// are any, they are all that is exported or imported.
type choices map[string]string

// String is for package flag.
func (c choices) String() string { return fmt.Sprint(map[string]string(c)) }

// Set reads MembersTable=munet-MembersTable-restored.
func (c choices) Set(s string) error {
	id, name, ok := strings.Cut(s, "=")
	if !ok || id == "" || name == "" {
		return errors.New("want NameInTheTemplate=NameOfTheTable")
	}
	c[id] = name
	return nil
}

// tablesOf finds the tables of a stack by the names that CloudFormation gives them, which are stack,
// name in the template and chance, or without chance in the local cloud. Tables are kept when a stack
// is deleted, so a second stack of the same name finds two of each: then somebody has to choose.
func tablesOf(ctx context.Context, db database, stack string) (map[string]string, error) {
	if stack == "" {
		return nil, errors.New("-stack is missing")
	}
	pattern := regexp.MustCompile(`^` + regexp.QuoteMeta(stack) + `-([A-Za-z0-9]+Table)(?:-[A-Z0-9]+)?$`)
	found := map[string]string{}
	pages := dynamodb.NewListTablesPaginator(db, &dynamodb.ListTablesInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list the tables: %w", err)
		}
		for _, name := range page.TableNames {
			match := pattern.FindStringSubmatch(name)
			if match == nil {
				continue
			}
			if other := found[match[1]]; other != "" {
				return nil, fmt.Errorf("there are two tables %s, %s and %s: name those that you mean with -table", match[1], other, name)
			}
			found[match[1]] = name
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("there is no table of a stack %s in this account and region", stack)
	}
	return found, nil
}

// keyOf returns the names of a table's key attributes, the partition key first.
func keyOf(ctx context.Context, db database, table string) ([]string, error) {
	out, err := db.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &table})
	if err != nil {
		return nil, fmt.Errorf("look at the table %s: %w", table, err)
	}
	schema := out.Table.KeySchema
	slices.SortFunc(schema, func(a, b types.KeySchemaElement) int { return strings.Compare(string(a.KeyType), string(b.KeyType)) })
	var key []string
	for _, k := range schema { // HASH sorts before RANGE
		key = append(key, aws.ToString(k.AttributeName))
	}
	return key, nil
}

// empty tells whether a table has no item.
func empty(ctx context.Context, db database, table string) (bool, error) {
	out, err := db.Scan(ctx, &dynamodb.ScanInput{TableName: &table, Limit: aws.Int32(1), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return false, fmt.Errorf("look into the table %s: %w", table, err)
	}
	return len(out.Items) == 0, nil
}
