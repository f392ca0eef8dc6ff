package dissemination

// Counts is how many deliveries have which outcome.
type Counts struct {
	Ready, Claimed, Sent, Failed, Suppressed, Unknown int
}

func (c *Counts) add(o Outcome) {
	switch o {
	case Ready:
		c.Ready++
	case Claimed:
		c.Claimed++
	case Sent:
		c.Sent++
	case Failed:
		c.Failed++
	case Suppressed:
		c.Suppressed++
	case Unknown:
		c.Unknown++
	}
}

// addChange adds what became of a shard's deliveries since before.
func (c *Counts) addChange(before Counts, sh *shard) {
	var now Counts
	sh.count(&now)
	c.Sent += now.Sent - before.Sent
	c.Failed += now.Failed - before.Failed
	c.Suppressed += now.Suppressed - before.Suppressed
	c.Unknown += now.Unknown - before.Unknown
}

// Closed is how many recipients have been dealt with.
func (c Counts) Closed() int { return c.Sent + c.Failed + c.Suppressed + c.Unknown }

// Total is how many recipients there are.
func (c Counts) Total() int { return c.Ready + c.Claimed + c.Closed() }
