package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Client is the part of DynamoDB that the project uses, as plain functions.
//
// Stores hold it in place of the SDK's client because html/template finds methods by reflection: the
// linker must then keep every exported method of every type that reflection can reach, and through a
// store's field it would reach the SDK's client with its 57 operations.
type Client struct {
	GetItem            func(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	PutItem            func(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	UpdateItem         func(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	DeleteItem         func(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
	BatchGetItem       func(context.Context, *dynamodb.BatchGetItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error)
	BatchWriteItem     func(context.Context, *dynamodb.BatchWriteItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error)
	TransactWriteItems func(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error)

	query func(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
}

// NewClient returns the functions of an SDK client.
func NewClient(c *dynamodb.Client) *Client {
	return &Client{
		GetItem: c.GetItem, PutItem: c.PutItem, UpdateItem: c.UpdateItem, DeleteItem: c.DeleteItem,
		BatchGetItem: c.BatchGetItem, BatchWriteItem: c.BatchWriteItem, TransactWriteItems: c.TransactWriteItems, query: c.Query,
	}
}

// Query is a method because the SDK's paginators ask for one.
func (c *Client) Query(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return c.query(ctx, in, o...)
}

// Simulated returns a client that answers queries by a function of the caller's, as it does the rest
// by the functions of c: for simulations.
func Simulated(
	c Client, query func(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error),
) *Client {
	c.query = query
	return &c
}
