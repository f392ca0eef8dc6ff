package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// Limits of the services:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const (
	maxTemplate    = 1 << 20   // bytes, of one in S3
	maxResources   = 500       // in a stack
	maxParameters  = 200       // of a template
	maxOutputs     = 200       // of a template
	maxZip         = 50 << 20  // bytes, of a function
	maxUnzipped    = 250 << 20 // bytes, of a function
	maxEnvironment = 4 << 10   // bytes, names and values of a function's variables
	maxPolicies    = 10240     // characters of a role's inline policies
	// slack is what a reference or a secret may become in an environment, in bytes.
	slack = 128
)

// expanded is the template as CloudFormation sees it after SAM's transform.
type expanded struct {
	Resources map[string]struct {
		Type       string
		Properties struct {
			Environment struct {
				Variables map[string]any
			}
			Policies            []struct{ PolicyDocument any }
			PermissionsBoundary any
		}
	}
	Outputs map[string]any
}

var logicalID = regexp.MustCompile(`^[A-Za-z0-9]{1,255}$`)

// check returns all that AWS would refuse.
func (r *request) check(ctx context.Context, python string) error {
	var problems []error
	refuse := func(format string, a ...any) { problems = append(problems, fmt.Errorf(format, a...)) }
	if capability := r.Get("Capabilities.member.1"); capability != "CAPABILITY_IAM" || r.Get("ChangeSetType") != "CREATE" {
		refuse("the change set is asked for as %s with %s", r.Get("ChangeSetType"), capability)
	}
	if len(r.template) > maxTemplate || len(r.parameters) > maxParameters {
		refuse("the template has %d bytes and %d parameters", len(r.template), len(r.parameters))
	}
	for key, content := range r.objects {
		if err := checkObject(key, content); err != nil {
			problems = append(problems, err)
		}
	}
	text, err := r.expand(ctx, python)
	if err != nil {
		return errors.Join(append(problems, err)...)
	}
	return errors.Join(append(problems, checkExpanded(text), lint(ctx, python, text))...)
}

// checkExpanded returns what is too much for a stack, and the roles that GitHub could not create.
func checkExpanded(text []byte) error {
	var all expanded
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	var problems []error
	refuse := func(format string, a ...any) { problems = append(problems, fmt.Errorf(format, a...)) }
	if len(text) > maxTemplate || len(all.Resources) > maxResources || len(all.Outputs) > maxOutputs {
		refuse("expanded, the template has %d bytes, %d resources and %d outputs", len(text), len(all.Resources), len(all.Outputs))
	}
	for id, resource := range all.Resources {
		if !logicalID.MatchString(id) {
			refuse("%s is no logical id", id)
		}
		if n := sizeOf(resource.Properties.Environment.Variables); n > maxEnvironment {
			refuse("the environment of %s may have %d bytes", id, n)
		}
		if resource.Type == "AWS::IAM::Role" && resource.Properties.PermissionsBoundary == nil {
			refuse("%s is a role without the boundary that infra/github.yaml asks for", id)
		}
		policies, err := json.Marshal(resource.Properties.Policies)
		if err != nil {
			return err
		}
		if len(policies) > maxPolicies {
			refuse("the policies of %s have %d characters", id, len(policies))
		}
	}
	fmt.Printf("rehearse: %d resources in %d KB\n", len(all.Resources), len(text)>>10)
	return errors.Join(problems...)
}

// checkObject opens a function's package. What is no archive is the template.
func checkObject(key string, content []byte) error {
	if strings.HasSuffix(key, ".template") {
		return nil
	}
	files, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	var size uint64
	program := false
	for _, f := range files.File {
		size += f.UncompressedSize64
		program = program || f.Name == "bootstrap" && f.Mode().Perm()&0o111 == 0o111
	}
	if !program || len(content) > maxZip || size > maxUnzipped {
		return fmt.Errorf("%s has %d bytes, %d unpacked, and a program: %t", key, len(content), size, program)
	}
	return nil
}

// sizeOf is the size of an environment's names and values when references are resolved.
func sizeOf(variables map[string]any) int {
	n := 0
	for name, value := range variables {
		if text, ok := value.(string); ok {
			n += len(name) + len(text)
			continue
		}
		n += len(name) + slack
	}
	return n
}

// expand returns the template without SAM's transform.
func (r *request) expand(ctx context.Context, python string) ([]byte, error) {
	asked, err := json.Marshal(map[string]any{"template": string(r.template), "parameters": r.parameters})
	if err != nil {
		return nil, err
	}
	translator := exec.CommandContext(ctx, python, "-c", expand) //nolint:gosec // the Makefile names the program
	var said bytes.Buffer
	translator.Stdin, translator.Stderr = bytes.NewReader(asked), &said
	translator.Env = append(os.Environ(), "AWS_DEFAULT_REGION=eu-central-1")
	out, err := translator.Output()
	if err != nil {
		return nil, fmt.Errorf("the template cannot be expanded: %w\n%s", err, said.String())
	}
	return out, nil
}

// lint has cfn-lint look at the expanded template. Its rules are those for the source, but for what SAM
// itself writes.
func lint(ctx context.Context, python string, text []byte) error {
	folder, err := os.MkdirTemp("", "munet-rehearse-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }() // it is temporary anyway
	path := filepath.Join(folder, "expanded.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return err
	}
	linter := exec.CommandContext(ctx, python, filepath.Join(filepath.Dir(python), "cfn-lint"), "--non-zero-exit-code", "error", "--template", path) //nolint:gosec // as above
	if out, err := linter.CombinedOutput(); err != nil {
		return fmt.Errorf("cfn-lint of the expanded template: %w\n%s", err, out)
	}
	return nil
}
