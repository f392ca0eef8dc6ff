package cloud

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"path/filepath"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/authenticator"
	"github.com/municipalitiesnet/munet/infra/local/lambda"
	"github.com/municipalitiesnet/munet/infra/local/portal"
	"github.com/municipalitiesnet/munet/infra/local/ses"
)

//go:embed index.html
var indexText string

var indexPage = template.Must(template.New("index").Parse(indexText))

// maxControlBody bounds what is posted to the local cloud itself.
const maxControlBody = 10 << 20

// control serves the paths below /_local/ that the package's description lists.
func (c *Cloud) control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_local/{$}", c.index)
	mux.Handle("/_local/authenticator", authenticator.New(filepath.Join(c.data, "authenticator.json"), time.Now))
	mux.HandleFunc("POST /_local/invoke/{function}", c.invoke)
	mux.HandleFunc("POST /_local/faults", c.setFaults)
	mux.HandleFunc("DELETE /_local/faults", c.endFaults)
	for _, path := range []string{"/_local/mail", "/_local/mail.json", "/_local/mail/"} {
		mux.Handle(path, c.mailbox)
	}
	return http.NewCrossOriginProtection().Handler(mux)
}

func (c *Cloud) index(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := indexPage.Execute(w, c.Template); err != nil {
		_, _ = fmt.Fprintln(c.log.of("local"), err) // a client that has left misses nothing
	}
}

// invoke answers with the function's result, or with status 502 and its
// failure.
func (c *Cloud) invoke(w http.ResponseWriter, r *http.Request) {
	event, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxControlBody))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	result, err := c.Invoke(r.Context(), r.PathValue("function"), event)
	var failed *lambda.FunctionError
	switch {
	case err == nil:
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(result) // a client that has left misses nothing
	case errors.As(err, &failed):
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = w.Write(failed.Payload) // as above
	case errors.Is(err, lambda.ErrUnknownFunction):
		http.Error(w, err.Error(), http.StatusNotFound)
	case errors.Is(err, lambda.ErrThrottled):
		http.Error(w, err.Error(), http.StatusTooManyRequests)
	case errors.Is(err, lambda.ErrTooLarge):
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
	default:
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func (c *Cloud) setFaults(w http.ResponseWriter, r *http.Request) {
	var posted struct {
		SES    ses.Faults    `json:"ses"`
		Portal portal.Faults `json:"portal"`
	}
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxControlBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&posted); err != nil {
		http.Error(w, "the faults cannot be read: "+err.Error(), http.StatusBadRequest)
		return
	}
	c.SetFaults(posted.SES)
	c.Portal.Set(posted.Portal)
	w.WriteHeader(http.StatusNoContent)
}

func (c *Cloud) endFaults(w http.ResponseWriter, _ *http.Request) {
	c.SetFaults(ses.Faults{})
	c.Portal.Set(portal.Faults{})
	w.WriteHeader(http.StatusNoContent)
}
