// Command dynamodb is the smallest function with a DynamoDB client: the floor for functions that
// use tables and send no mail.
package main

import (
	"context"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

func main() {
	tables := dynamodb.NewFromConfig(aws.Config{Region: os.Getenv("AWS_REGION"), Credentials: aws.AnonymousCredentials{}})
	lambda.Start(func(ctx context.Context) error {
		_, err := tables.GetItem(ctx, &dynamodb.GetItemInput{})
		return err
	})
}
