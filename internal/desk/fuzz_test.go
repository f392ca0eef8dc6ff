package desk

import (
	"net/url"
	"testing"
)

// A filter narrows down by what there is to choose, and is the same when its own address is opened.
func FuzzFilter(f *testing.F) {
	for _, seed := range []string{"state=member&kind=ngo&country=CY&words=pafos", "state=king&kind=%00&country=el", "words=%ff", "state=&words=" + "%CF%8E%CF%8E"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		values, _ := url.ParseQuery(raw)
		filter := parseFilter(values)
		if again := parseFilter(filterQuery(filter)); again != filter || len([]rune(filter.Words)) > maxWords {
			t.Errorf("%q is %+v, and then %+v", raw, filter, again)
		}
	})
}
