package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"
)

// journal is what the functions of all clouds wrote, and what must not be in it.
type journal struct {
	sync.Mutex
	text    bytes.Buffer
	file    io.Writer
	secrets map[string]bool
}

// logs is the journal. The file that E2E_LOG names, if it names one, gets everything too.
var logs = sync.OnceValue(func() *journal {
	j := &journal{file: io.Discard, secrets: map[string]bool{}}
	if name := os.Getenv("E2E_LOG"); name != "" {
		f, err := os.Create(name)
		if err != nil {
			panic(err)
		}
		j.file = f
	}
	return j
})

func (j *journal) Write(b []byte) (int, error) {
	j.Lock()
	defer j.Unlock()
	j.text.Write(b)
	return j.file.Write(b)
}

// hide notes what only its owner may know: a cookie, or the token in a link.
func (j *journal) hide(secret string) {
	if len(secret) < 16 { // such as an empty cookie
		return
	}
	j.Lock()
	defer j.Unlock()
	j.secrets[secret] = true
}

var address = regexp.MustCompile(`[A-Za-z0-9._+-]+@[A-Za-z0-9-]+\.[A-Za-z.-]+`)

// check is an error if a line has somebody's address or a secret, or does not say which invocation it is of.
func (j *journal) check() error {
	j.Lock()
	defer j.Unlock()
	var problems []error
	lines := bufio.NewScanner(bytes.NewReader(j.text.Bytes()))
	lines.Buffer(nil, 1<<20)
	n := 0
	for lines.Scan() {
		line := lines.Text()
		if found := address.FindString(line); found != "" {
			problems = append(problems, fmt.Errorf("a log has the address %s: %s", found, line))
		}
		for secret := range j.secrets {
			if strings.Contains(line, secret) {
				problems = append(problems, fmt.Errorf("a log has the secret %s: %s", secret, line))
			}
		}
		_, text, _ := strings.Cut(line, " | ")
		var entry struct {
			Invocation, Trace string
			ColdStarts        int
		}
		if json.Unmarshal([]byte(text), &entry) != nil {
			continue // of the local cloud, or of a process that was killed
		}
		if n++; entry.ColdStarts == 0 && (entry.Invocation == "" || entry.Trace == "") {
			problems = append(problems, fmt.Errorf("a line names no invocation: %s", line))
		}
	}
	if n == 0 && j.text.Len() > 0 {
		problems = append(problems, errors.New("no line of the logs is JSON"))
	}
	return errors.Join(append(problems, lines.Err())...)
}
