package call

import "time"

// Outcome says how a run ended.
type Outcome string

// The outcomes.
const (
	Running    Outcome = "running"    // it goes on with the next invocation
	Complete   Outcome = "complete"   // every call that the source says it has was read
	Incomplete Outcome = "incomplete" // the pages kept shifting; the next run reads what is missing
	Failed     Outcome = "failed"     // the source could not be read
)

// Run is the report of one reading of a source.
type Run struct {
	Source  string    `json:"source"`
	ID      string    `json:"id"`
	Started time.Time `json:"started"`
	Ended   time.Time `json:"ended"`
	Outcome Outcome   `json:"outcome"`
	// Reason is why it failed, or what last kept it waiting, a code: the catalogues' "source.failed."+Reason.
	Reason string `json:"reason"`
	Passes int    `json:"passes"`
	Counts Counts `json:"counts"`
	// Refusals are the first [MaxRefusals].
	Refusals []Refusal `json:"refusals"`
	// Usual is the median of calls that the last complete runs saw; Silent says that this one saw
	// none or far fewer, which is an alarm.
	Usual  int  `json:"usual"`
	Silent bool `json:"silent"`
}
