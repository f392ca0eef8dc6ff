package limit

import "time"

// The limits. docs/abuse.md has these figures, and a test compares them.
var (
	// Forms are those that one network sends without signing in. Hundreds of people in a town hall
	// behind one address do not notice it.
	Forms = Limit{Name: "forms", Burst: 300, Every: 3 * time.Second, Code: "too-many-requests"}
	// MailFrom is mail that people in one network cause who are not signed in and on no browser that we
	// know, messages to contact persons apart. No network can use StrangersMail up alone.
	MailFrom = Limit{Name: "mail-from", Burst: 120, Every: 15 * time.Second, Code: "too-many-requests"}
	// StrangersMail is all mail that people cause who are not signed in and on no browser that we
	// know, to whomever.
	StrangersMail = Limit{Name: "strangers-mail", Burst: 2000, Every: 3 * time.Second, Code: "mail-limit"}
	// SignIn is mail with a link to sign in, to one address, and apart from that to one address on
	// each browser on which it has signed in before.
	SignIn = Limit{Name: "sign-in", Burst: 3, Every: 15 * time.Minute, Pause: time.Minute}
	// Registration is mail to one address about a registration with it, or about a wish to use it in
	// place of another one.
	Registration = Limit{Name: "registration", Burst: 4, Every: 4 * time.Hour, Pause: time.Minute}
	// Waiting is mail that tells one person that somebody waits for approval. The desk lists them all.
	Waiting = Limit{Name: "waiting", Burst: 20, Every: time.Hour}
	// MessagesFrom is what readers in one network write to contact persons.
	MessagesFrom = Limit{Name: "messages-from", Burst: 10, Every: 6 * time.Minute, Code: "too-many-messages"}
	// MessagesTo is what the contact person of one practice, or whoever offers partnership on one
	// call, gets.
	MessagesTo = Limit{Name: "messages-to", Burst: 10, Every: 144 * time.Minute, Code: "too-many-messages"}
	// PartnerMessages is what one member writes about partnership.
	PartnerMessages = Limit{Name: "partner-messages", Burst: 5, Every: 288 * time.Minute, Code: "too-many-messages"}
	// NewAddress is how often one member may ask to use another address.
	NewAddress = Limit{Name: "new-address", Burst: 3, Every: 8 * time.Hour, Code: "address-limit"}
	// TestMail is newsletters that one coordinator sends to themselves to look at.
	TestMail = Limit{Name: "test-mail", Burst: 20, Every: 3 * time.Minute, Code: "too-many-tests"}
)

// All is every limit.
var All = []Limit{
	Forms, MailFrom, StrangersMail, SignIn, Registration, Waiting, MessagesFrom, MessagesTo, PartnerMessages, NewAddress, TestMail,
}

// Daily is how many a limit lets through in the first 24 hours at most. On each further day it is less by
// the burst.
func (l Limit) Daily() int { return l.Burst + int(24*time.Hour/l.Every) }
