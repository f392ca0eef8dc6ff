package template

// SenderDomain is the domain that the local cloud sends mail from. It is
// reserved for examples (RFC 2606), so that no mail can ever reach anybody.
const SenderDomain = "munet.example.org"

// CoordinatorAddress is the first coordinator in the local cloud.
const CoordinatorAddress = "coordinator@" + SenderDomain

// LocalParameters are values for the parameters of this repository's template
// that have no default, for a site that is served at this address.
func LocalParameters(site string) map[string]string {
	return map[string]string{
		"SiteAddress":        site,
		"CoordinatorAddress": CoordinatorAddress,
		"SenderDomain":       SenderDomain,
		"PostalAddress":      "MuNet, 1 Example Street, 1000 Brussels, Belgium",
	}
}
