package main

import "fmt"

// List prices in USD, region us-east-1, as known in November 2026 and as infra/bench/sender has them,
// without free allowances. Frankfurt is the same or up to a quarter dearer.
const (
	mailPrice    = 0.10 / 1000         // SES, a message
	bulkPrice    = 1.25 / 1e6          // all but SES for a bulk mail; measured and computed by infra/bench/sender
	requestPrice = 1.00 / 1e6          // HTTP API, a request
	invokePrice  = 0.20 / 1e6          // Lambda, a run
	secondPrice  = 0.0000133334 * 0.25 // Lambda, a second of an arm64 function with 256 MB
	writePrice   = 0.625 / 1e6         // DynamoDB on demand, a write unit
	readPrice    = 0.125 / 1e6         // DynamoDB on demand, a read unit
	storePrice   = 0.25 + 0.20         // DynamoDB, a GB and its recovery to a point in time
	tracePrice   = 5.00 / 1e6          // X-Ray, a trace
	logPrice     = 0.50                // CloudWatch, a GB of logs
	alarmPrice   = 0.10                // CloudWatch, a metric of an alarm
	metricPrice  = 0.30                // CloudWatch, a metric of our own
	boardPrice   = 3.00                // CloudWatch, a dashboard
	secretPrice  = 0.40                // Secrets Manager, a secret
	tickPrice    = 1.00 / 1e6          // EventBridge Scheduler, a start
	trafficPrice = 0.09                // a GB to the internet
)

// What one thing takes: measured, by docs/performance.md, where nothing else is said.
const (
	ticks          = 30.4 * (2*24*60 + 3*24*4 + 24*12) // starts by the clock: two each minute, three each quarter, one each five minutes
	tickSeconds    = 0.05                              // assumed; a run that finds nothing is one Query
	tickReads      = 0.5                               // a Query that finds nothing, as AWS counts it
	runLog         = 1.2e-6                            // GB, Lambda's lines about a run, and ours; assumed
	metrics        = 14                                // of our own
	portalReads    = 30.4 * 4 * 12000 * 0.5            // read units: 12,000 topics, four times a day, half a unit each
	portalWrites   = 30.4 * 4 * 120 * 2                // write units: two for each page of 100
	portalSeconds  = 30.4 * 4 * 14 * 7                 // 14 s, at a seventh of a processor
	viewSeconds    = 0.05                              // the mean request under load takes some 40 ms at that share
	viewReads      = 4                                 // a page of somebody who is signed in
	viewBytes      = 30e-6                             // GB; a page has 8 to 33 KB, and its style 7 KB more the first time
	findPart       = 0.04                              // of the pages, those that narrow the list of members down, as in infra/bench/load
	findReads      = 0.056                             // for each member looked at: an item of 460 bytes in the index
	findMost       = 6200                              // members that such a page looks at
	actionReads    = 11                                // a member signs in
	actionWrites   = 15
	libraryReads   = 1806 // read units of a new process with 10,000 practices
	bytesPerMember = 40e-6
	bytesAtFirst   = 0.1 // GB: calls, practices and their index
)

// scenario is a network in one month.
type scenario struct {
	name          string
	members       float64
	visits        float64 // page views of people who are no members
	libraryStarts float64 // new processes of the library
}

var scenarios = []scenario{
	{"idle", 0, 0, 0},
	{"small", 500, 5000, 300},
	{"European", 90000, 300000, 3000},
}

// mails: a newsletter, and an alert or digest each week.
func (s scenario) mails() float64 { return 5 * s.members }

// views: ten pages of each member, and those of others.
func (s scenario) views() float64 { return 10*s.members + s.visits }

// actions: every second member does something once.
func (s scenario) actions() float64 { return s.members / 2 }

// pageReads are the read units of a page.
func (s scenario) pageReads() float64 { return viewReads + findPart*findReads*min(s.members, findMost) }

// stored is in GB.
func (s scenario) stored() float64 { return bytesAtFirst + bytesPerMember*s.members }

type cost struct {
	what string
	usd  float64
}

// lines are the costs of a scenario, the fixed ones first.
func lines(s scenario, watched float64) []cost {
	requests := s.views() + 3*s.actions()
	runs := ticks + requests
	return []cost{
		{fmt.Sprintf("Alarms: %.0f metrics", watched), watched * alarmPrice},
		{fmt.Sprintf("Metrics of our own: %d", metrics), metrics * metricPrice},
		{"The dashboard", boardPrice},
		{"The secret", secretPrice},
		{"Runs by the clock: Scheduler, Lambda, DynamoDB", ticks * (tickPrice + invokePrice + tickSeconds*secondPrice + tickReads*readPrice)},
		{"Reading the calls of the portal", portalReads*readPrice + portalWrites*writePrice + portalSeconds*secondPrice},
		{"Traces and logs of all runs", runs * (tracePrice + runLog*logPrice)},
		{"Pages: HTTP API, Lambda, DynamoDB, traffic", s.views() * (requestPrice + invokePrice + viewSeconds*secondPrice + s.pageReads()*readPrice + viewBytes*trafficPrice)},
		{"Sign-ins and forms, three requests each", s.actions() * (3*(requestPrice+invokePrice+viewSeconds*secondPrice) + actionReads*readPrice + actionWrites*writePrice)},
		{"Starts of the library", s.libraryStarts * libraryReads * readPrice},
		{"Data and its recovery", s.stored() * storePrice},
		{"Bulk mail: all but SES", s.mails() * bulkPrice},
		{"Bulk mail: SES", s.mails() * mailPrice},
	}
}
