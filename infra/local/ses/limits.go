package ses

import (
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// What an account may send if nothing else is set. The local cloud is not
// there to wait for.
const (
	defaultRate  = 1_000     // recipients a second
	defaultQuota = 1_000_000 // recipients in 24 hours
)

// limits are an account's sending rate and its quota for 24 hours.
type limits struct {
	mutex   sync.Mutex
	rate    float64
	quota   int
	limiter *rate.Limiter
	hours   map[int64]int // recipients by the hour since 1970
}

// set changes the limits; nil is the default. What has been sent stays
// counted.
func (l *limits) set(perSecond *float64, quota *int) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.rate, l.quota = defaultRate, defaultQuota
	if perSecond != nil {
		l.rate = *perSecond
	}
	if quota != nil {
		l.quota = *quota
	}
	l.limiter = rate.NewLimiter(rate.Limit(l.rate), max(int(l.rate), 1))
	if l.hours == nil {
		l.hours = map[int64]int{}
	}
}

// take counts a message to n recipients, or refuses it.
func (l *limits) take(now time.Time, n int) error {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.sent(now)+n > l.quota {
		return errQuota
	}
	if !l.limiter.AllowN(now, n) {
		return errRate
	}
	l.hours[now.Unix()/3600] += n
	return nil
}

// sent counts the recipients of the last 24 hours, to the hour.
func (l *limits) sent(now time.Time) int {
	sum := 0
	for hour, n := range l.hours {
		if hour <= now.Unix()/3600-24 {
			delete(l.hours, hour)
			continue
		}
		sum += n
	}
	return sum
}

func (l *limits) state(now time.Time) (perSecond float64, quota, sent int) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.rate, l.quota, l.sent(now)
}

var (
	errRate  = refusal(http.StatusBadRequest, "Throttling", "Maximum sending rate exceeded.")
	errQuota = refusal(http.StatusBadRequest, "Throttling", "Daily message quota exceeded.")
)
