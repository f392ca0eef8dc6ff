package ses

import (
	"bytes"
	"net/http"
	"net/mail"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// maxLine is the longest line of a message without its end (RFC 5322, 2.1.1).
const maxLine = 998

// once are the headers that a message may have only once (RFC 5322, 3.6).
var once = []string{
	"From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Subject", "Date", "Message-Id", "Mime-Version", "Content-Type",
}

// check refuses what SES refuses, and describes the message. The texts are
// close to SES's.
func (s *Service) check(form url.Values, raw []byte) (Message, error) {
	if len(raw) > maxMessage {
		return Message{}, invalid("Message length is more than %d bytes long: '%d'.", maxMessage, len(raw))
	}
	if err := checkLines(raw); err != nil {
		return Message{}, err
	}
	parsed, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return Message{}, invalid("The message cannot be read: %v", err)
	}
	header := parsed.Header
	if err := checkHeader(header); err != nil {
		return Message{}, err
	}
	from, err := s.sender(form, header)
	if err != nil {
		return Message{}, err
	}
	to, err := recipients(form, header)
	if err != nil {
		return Message{}, err
	}
	tags, err := messageTags(form, header)
	if err != nil {
		return Message{}, err
	}
	set := form.Get("ConfigurationSetName")
	if set == "" {
		set = header.Get("X-Ses-Configuration-Set")
	}
	if set != "" && !slices.Contains(s.options.ConfigurationSets, set) {
		return Message{}, refusal(http.StatusBadRequest, "ConfigurationSetDoesNotExist",
			"Configuration set <"+set+"> does not exist.")
	}
	return Message{From: from, To: to, Subject: header.Get("Subject"), ConfigurationSet: set, Tags: tags}, nil
}

// checkLines refuses lines that are too long and line ends other than CR LF.
func checkLines(raw []byte) error {
	for number := 1; len(raw) > 0; number++ {
		line, rest, found := bytes.Cut(raw, []byte("\n"))
		if found && !bytes.HasSuffix(line, []byte("\r")) {
			return invalid("Line %d ends with a bare line feed.", number)
		}
		line = bytes.TrimSuffix(line, []byte("\r"))
		if bytes.IndexByte(line, '\r') >= 0 {
			return invalid("Line %d has a bare carriage return.", number)
		}
		if len(line) > maxLine {
			return invalid("Line %d has %d characters; the longest allowed is %d.", number, len(line), maxLine)
		}
		raw = rest
	}
	return nil
}

func checkHeader(header mail.Header) error {
	for _, name := range once {
		if len(header[textproto.CanonicalMIMEHeaderKey(name)]) > 1 {
			return invalid("Duplicate header '%s'.", name)
		}
	}
	if header.Get("From") == "" {
		return invalid("Missing required header 'From'.")
	}
	for name, values := range header {
		for _, value := range values {
			if !ascii(value) {
				return invalid("Header '%s' has characters outside ASCII.", name)
			}
		}
	}
	return nil
}

func ascii(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r > '~' }) < 0
}

// sender is the envelope's sender. It and the From header must be verified.
func (s *Service) sender(form url.Values, header mail.Header) (string, error) {
	from, err := mail.ParseAddressList(header.Get("From"))
	if err != nil {
		return "", invalid("Illegal address in header 'From'.")
	}
	source := from[0]
	if text := form.Get("Source"); text != "" {
		if source, err = mail.ParseAddress(text); err != nil {
			return "", invalid("Illegal address")
		}
	}
	var failed []string
	for _, address := range append(from, source) {
		if s.identity(address.Address) == "" && !slices.Contains(failed, address.Address) {
			failed = append(failed, address.Address)
		}
	}
	if len(failed) > 0 {
		return "", refusal(http.StatusBadRequest, "MessageRejected",
			"Email address is not verified. The following identities failed the check in region "+
				strings.ToUpper(s.options.Region)+": "+strings.Join(failed, ", "))
	}
	return source.Address, nil
}

// identity is the verified one that an address is, or in whose domain it lies
// or in a subdomain of it; "" if there is none.
func (s *Service) identity(address string) string {
	address = strings.ToLower(address)
	_, domain, _ := strings.Cut(address, "@")
	for _, identity := range s.options.Identities {
		lower := strings.ToLower(identity)
		if address == lower || domain == lower || strings.HasSuffix(domain, "."+lower) {
			return identity
		}
	}
	return ""
}

// recipients are the call's destinations, or else those of the header.
func recipients(form url.Values, header mail.Header) ([]string, error) {
	texts := members(form, "Destinations")
	if len(texts) == 0 {
		for _, name := range []string{"To", "Cc", "Bcc"} {
			if text := header.Get(name); text != "" {
				texts = append(texts, text)
			}
		}
	}
	var to []string
	for _, text := range texts {
		addresses, err := mail.ParseAddressList(text)
		if err != nil {
			return nil, badAddress(text)
		}
		for _, address := range addresses {
			if err := checkAddress(address.Address); err != nil {
				return nil, err
			}
			to = append(to, address.Address)
		}
	}
	if len(to) == 0 {
		return nil, invalid("Missing required header 'To'.")
	}
	if len(to) > maxRecipients {
		return nil, invalid("Recipient count exceeds %d.", maxRecipients)
	}
	return to, nil
}

func badAddress(text string) error {
	if !strings.Contains(text, "@") || strings.HasSuffix(strings.Trim(text, " >"), "@") {
		return invalid("Missing final '@domain'")
	}
	return invalid("Illegal address")
}

// checkAddress refuses addresses that SES does not send to, though they have
// the right form: it knows no addresses outside ASCII (RFC 6531).
func checkAddress(address string) error {
	at := strings.LastIndexByte(address, '@')
	local, domain := address[:max(at, 0)], address[at+1:]
	switch {
	case !ascii(local):
		return invalid("Local address contains control or whitespace")
	case len(local) > 64 || len(address) > 320:
		return invalid("Address is too long")
	}
	for label := range strings.SplitSeq(domain, ".") {
		if label == "" || len(label) > 63 || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return invalid("Domain starts or ends with dot or hyphen, or has an empty or long label")
		}
		if strings.Trim(strings.ToLower(label), "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return invalid("Domain contains illegal character")
		}
	}
	if !strings.Contains(domain, ".") {
		return invalid("Domain contains no dot")
	}
	return nil
}

// messageTags are those of the call, or else of the header X-SES-MESSAGE-TAGS.
func messageTags(form url.Values, header mail.Header) (map[string]string, error) {
	tags := map[string]string{}
	for pair := range strings.SplitSeq(header.Get("X-Ses-Message-Tags"), ",") {
		if pair = strings.TrimSpace(pair); pair != "" {
			name, value, _ := strings.Cut(pair, "=")
			tags[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
	for i := 1; ; i++ {
		prefix := "Tags.member." + strconv.Itoa(i)
		if !form.Has(prefix + ".Name") {
			break
		}
		tags[form.Get(prefix+".Name")] = form.Get(prefix + ".Value")
	}
	for name, value := range tags {
		if !tagText(name) || !tagText(value) {
			return nil, invalid("Invalid tag <%s>=<%s>: only letters, digits, '_' and '-' are allowed.", name, value)
		}
	}
	return tags, nil
}

// tagText is the alphabet of message tags, 1 to 255 characters.
func tagText(text string) bool {
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
	return text != "" && len(text) < 256 && strings.Trim(text, allowed) == ""
}
