package gateway

import (
	"sync"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/template"
)

// A bucket lets requests through as API Gateway does, by the token bucket algorithm: each takes a token,
// Rate tokens come a second, and there are never more than Burst:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
//
// AWS calls its own throttle best effort, not exact; this one is exact.
type bucket struct {
	template.Throttle

	mutex  sync.Mutex
	tokens float64
	at     time.Time // when tokens were counted
}

func newBucket(t template.Throttle, now time.Time) *bucket {
	return &bucket{Throttle: t, tokens: float64(t.Burst), at: now}
}

// take reports whether there was a token.
func (b *bucket) take(now time.Time) bool {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if passed := now.Sub(b.at); passed > 0 {
		b.tokens = min(b.tokens+passed.Seconds()*b.Rate, float64(b.Burst))
		b.at = now
	}
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
