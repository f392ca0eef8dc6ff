package dissemination

import "testing"

// A tag that an event brings back names a delivery by characters that SES and DynamoDB take.
func FuzzParseDelivery(f *testing.F) {
	for _, seed := range []string{"ABC_1_0", "a-b_0001_399", "a_1_400", "a_-1_0", "a_+1_0", "_1_1", "a_1_1_1", "a_9999999999999999999_1", "a#_1_1", "α_1_1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, tag string) {
		d, err := parseDelivery(tag)
		if err != nil {
			return
		}
		if again, err := parseDelivery(d.String()); err != nil || again != d || !validID(d.campaign) || d.shard < 1 || d.index < 0 || d.index >= shardSize {
			t.Errorf("%q is %+v, and then %+v, %v", tag, d, again, err)
		}
	})
}
