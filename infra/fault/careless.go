package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/municipalitiesnet/munet/infra/local/checkout"
)

// carelessly has the functions built with the SDK's default retryer in place of none: from a copy of
// the template, in a folder of its own, and with a copy of one source file.
func carelessly(o *options) (undo func(), err error) {
	root, err := checkout.Root()
	if err != nil {
		return nil, err
	}
	dir, err := checkout.Cache("careless")
	if err != nil {
		return nil, err
	}
	source := filepath.Join(root, "internal", "mail", "sender.go")
	careful, err := os.ReadFile(source) //nolint:gosec // the checkout's own
	if err != nil {
		return nil, err
	}
	const sdk = `"github.com/aws/aws-sdk-go-v2/aws"`
	careless := strings.Replace(string(careful), "o.Retryer = aws.NopRetryer{}", "o.Retryer = retry.NewStandard()", 1)
	if careless == string(careful) {
		return nil, errors.New("internal/mail/sender.go sets no retryer any more: this test has to learn how it avoids retries")
	}
	careless = strings.Replace(careless, sdk, sdk+"\n"+`"github.com/aws/aws-sdk-go-v2/aws/retry"`, 1)
	copied := filepath.Join(dir, "sender.go.txt")
	if err := os.WriteFile(copied, []byte(careless), 0o600); err != nil {
		return nil, err
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{source: copied}})
	if err != nil {
		return nil, err
	}
	overlayPath := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlayPath, overlay, 0o600); err != nil {
		return nil, err
	}
	if o.template, err = copyTemplate(root, dir); err != nil {
		return nil, err
	}
	before := os.Getenv("GOFLAGS")
	undo = func() { _ = os.Setenv("GOFLAGS", before) } // a name without an equals sign: it cannot fail
	return undo, os.Setenv("GOFLAGS", strings.TrimSpace(before+" -overlay="+overlayPath))
}

// copyTemplate writes the template into a folder below the checkout, so that its functions are built
// there and not where others find them.
func copyTemplate(root, dir string) (string, error) {
	original, err := os.ReadFile(filepath.Join(root, "template.yaml")) //nolint:gosec // the checkout's own
	if err != nil {
		return "", err
	}
	up, err := filepath.Rel(dir, root)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "template.yaml")
	changed := strings.ReplaceAll(string(original), "CodeUri: functions/", "CodeUri: "+filepath.ToSlash(up)+"/functions/")
	return path, os.WriteFile(path, []byte(changed), 0o600)
}
