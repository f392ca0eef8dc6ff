package coldstart_test

import (
	"context"
	"net/http"
	"os"
	"strings"
	"time"
)

// play makes one call of the Runtime API, as a function does after its start, and waits to be ended.
func play(method, path string) {
	address := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + path
	request, err := http.NewRequestWithContext(context.Background(), method, address, strings.NewReader("no table"))
	if err != nil {
		panic(err)
	}
	if response, err := http.DefaultClient.Do(request); err == nil {
		_ = response.Body.Close()
	}
	time.Sleep(time.Minute)
}
