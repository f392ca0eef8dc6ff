package signin

import (
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
)

// wayIn is the mail for someone who may sign in.
func wayIn(words *language.Printer, url, code string) mail.Letter {
	minutes := int(requestAge.Minutes())
	return mail.Letter{
		Language: words.Tag(),
		Subject:  words.Text("signin.mail.subject"),
		Heading:  words.Text("signin.mail.heading"),
		Body:     []string{words.Text("signin.mail.body", "Count", minutes)},
		Action:   &mail.Action{Label: words.Text("signin.mail.action"), URL: url},
		Code:     code,
		After:    []string{words.Text("signin.mail.code"), words.Text("signin.mail.secret")},
		Reason:   words.Text("signin.mail.reason"),
	}
}

// suspended is the mail for someone whose membership is suspended.
func suspended(words *language.Printer) mail.Letter {
	return mail.Letter{
		Language: words.Tag(),
		Subject:  words.Text("signin.suspended.subject"),
		Heading:  words.Text("signin.suspended.heading"),
		Body:     []string{words.Text("signin.suspended.body"), words.Text("signin.suspended.next")},
		Reason:   words.Text("signin.mail.reason"),
	}
}

// unknown is the mail to an address without an account, and to one whose
// registration has not been confirmed.
func unknown(words *language.Printer, register string) mail.Letter {
	return mail.Letter{
		Language: words.Tag(),
		Subject:  words.Text("signin.unknown.subject"),
		Heading:  words.Text("signin.unknown.heading"),
		Body:     []string{words.Text("signin.unknown.body"), words.Text("signin.unknown.other"), words.Text("signin.unknown.next")},
		Action:   &mail.Action{Label: words.Text("signin.unknown.action"), URL: register},
		Reason:   words.Text("signin.unknown.reason"),
	}
}
