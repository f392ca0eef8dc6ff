package cloud

import (
	"context"
	"fmt"
	"net"
	"net/http"

	"github.com/municipalitiesnet/munet/infra/local/template"
)

// guardDatabase stands between the functions and the tables, and returns the address that the functions
// get instead of the database's.
func (c *Cloud) guardDatabase(ctx context.Context) (string, error) {
	guard, err := c.access.DynamoDB(c.dynamo.url, c.Template.Region, c.Template.Account, c.log.errors())
	if err != nil {
		return "", err
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a port for DynamoDB: %w", err)
	}
	c.serve(listener, guard)
	return "http://" + listener.Addr().String(), nil
}

// authorizeMail lets the functions send as their policies say.
func (c *Cloud) authorizeMail(r *http.Request, action, from string, resources ...string) error {
	calls := make([]template.Grant, 0, len(resources))
	for _, resource := range resources {
		calls = append(calls, template.Grant{Action: action, Resource: resource, From: from})
	}
	return c.access.Check(r, calls...)
}
