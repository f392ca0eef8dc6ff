package template

import (
	"fmt"
	"strings"
)

// nameProperties are the properties that give a resource its own name.
// Without it the name is made from the stack and the logical id, as in
// CloudFormation but without the random end, so that data outlives a run.
var nameProperties = map[string]string{
	"AWS::DynamoDB::Table":        "TableName",
	"AWS::Serverless::Function":   "FunctionName",
	"AWS::SNS::Topic":             "TopicName",
	"AWS::SQS::Queue":             "QueueName",
	"AWS::SES::ConfigurationSet":  "Name",
	"AWS::SES::EmailIdentity":     "EmailIdentity",
	"AWS::SecretsManager::Secret": "Name",
	"AWS::Logs::LogGroup":         "LogGroupName",
	"AWS::S3::Bucket":             "BucketName",
	"AWS::IAM::Role":              "RoleName",
}

// name is the resource's own name.
func (r *resolver) name(id string) (string, error) {
	res := r.resources[id]
	if property, ok := nameProperties[res.kind]; ok {
		if value, given := res.properties[property]; given {
			resolved, err := r.resolve(value)
			if err != nil {
				return "", fmt.Errorf("%s: %w", property, err)
			}
			if _, left := resolved.(noValue); !left {
				return scalar(resolved)
			}
		}
	}
	return r.stack + "-" + id, nil
}

// physicalID is what Ref gives for a resource.
func (r *resolver) physicalID(id string) (any, error) {
	name, err := r.name(id)
	if err != nil {
		return nil, err
	}
	switch r.resources[id].kind {
	case "AWS::SNS::Topic", "AWS::SecretsManager::Secret":
		return r.resourceARN(id, name), nil
	case "AWS::SQS::Queue":
		return "https://sqs." + r.region + ".amazonaws.com/" + account + "/" + name, nil
	}
	return name, nil
}

// attribute is what Fn::GetAtt gives for a resource.
func (r *resolver) attribute(id, attribute string) (any, error) {
	res, ok := r.resources[id]
	if !ok {
		return nil, fmt.Errorf("Fn::GetAtt of %q, which is not a resource", id)
	}
	name, err := r.name(id)
	if err != nil {
		return nil, err
	}
	switch attribute {
	case "Arn", "TopicArn", "Id":
		return r.resourceARN(id, name), nil
	case "QueueName", "TopicName":
		return name, nil
	case "QueueUrl":
		return r.physicalID(id)
	case "StreamArn":
		return r.resourceARN(id, name) + "/stream/2000-01-01T00:00:00.000", nil
	case "ApiEndpoint":
		return "https://" + name + ".execute-api." + r.region + ".amazonaws.com", nil
	}
	return nil, fmt.Errorf("Fn::GetAtt %s.%s: the attribute is not known for %s", id, attribute, res.kind)
}

func (r *resolver) arn(service, rest string) string {
	return "arn:aws:" + service + ":" + r.region + ":" + account + ":" + rest
}

func (r *resolver) resourceARN(id, name string) string {
	switch r.resources[id].kind {
	case "AWS::DynamoDB::Table":
		return r.arn("dynamodb", "table/"+name)
	case "AWS::Serverless::Function", "AWS::Lambda::Function":
		return r.arn("lambda", "function:"+name)
	case "AWS::SNS::Topic":
		return r.arn("sns", name)
	case "AWS::SQS::Queue":
		return r.arn("sqs", name)
	case "AWS::Logs::LogGroup":
		return r.arn("logs", "log-group:"+name+":*")
	case "AWS::SecretsManager::Secret":
		return r.arn("secretsmanager", "secret:"+name)
	case "AWS::SES::ConfigurationSet":
		return r.arn("ses", "configuration-set/"+name)
	case "AWS::SES::EmailIdentity":
		return r.arn("ses", "identity/"+name)
	case "AWS::IAM::Role":
		return "arn:aws:iam::" + account + ":role/" + name
	case "AWS::S3::Bucket":
		return "arn:aws:s3:::" + name
	}
	service := strings.ToLower(strings.Split(r.resources[id].kind+"::", "::")[1])
	return r.arn(service, name)
}
