package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/dynamodblocal"
	"github.com/municipalitiesnet/munet/internal/search"
)

// coldResult is what a new process tells of its first answer.
type coldResult struct {
	Load   time.Duration // to the snapshot
	Search time.Duration // of the first query
	Heap   uint64        // bytes that live after it, once the collector has been
	Peak   uint64        // bytes of memory at most, resident
	Total  int           // documents
	Took   time.Duration `json:"-"` // exec to the answer, as the parent saw it
	CPU    time.Duration // processor time to the answer
	Used   string
}

// answer is the new process: it loads the index and answers one query.
func answer(ctx context.Context, endpoint, name string, seed uint64) error {
	t := open(endpoint, name)
	var r coldResult
	begin := time.Now()
	x, err := search.NewReader(t.store).Index(ctx)
	if err != nil {
		return err
	}
	r.Load = time.Since(begin)
	begin = time.Now()
	if _, err := x.Search(newCorpus(seed).query()); err != nil {
		return err
	}
	r.Search = time.Since(begin)
	r.CPU, r.Total, r.Used = processorTime(), x.Len(), t.used.take()
	if _, err := fmt.Println("answered"); err != nil {
		return err
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	r.Heap, r.Peak = m.HeapAlloc, peak()
	err = json.NewEncoder(os.Stdout).Encode(r)
	runtime.KeepAlive(x)
	return err
}

// cold starts a new process and waits for its first answer.
func cold(ctx context.Context, t *table, seed uint64) (coldResult, error) {
	program, err := os.Executable()
	if err != nil {
		return coldResult{}, err
	}
	cmd := exec.CommandContext(ctx, program, "-cold", t.name, "-seed", strconv.FormatUint(seed, 10)) //nolint:gosec // ourselves
	cmd.Env = append(os.Environ(), dynamodblocal.EndpointVariable+"="+t.endpoint)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return coldResult{}, err
	}
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return coldResult{}, err
	}
	answered := make([]byte, len("answered\n"))
	if _, err := out.Read(answered); err != nil {
		return coldResult{}, err
	}
	r := coldResult{Took: time.Since(begin)}
	if err := json.NewDecoder(out).Decode(&r); err != nil {
		return coldResult{}, err
	}
	return r, cmd.Wait()
}
