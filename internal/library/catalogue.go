package library

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	iso "golang.org/x/text/language"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/search"
	"github.com/municipalitiesnet/munet/internal/web"
)

// Vocabularies of the EU Publications Office, from which DCAT-AP 3.0 takes its values (section
// "Controlled vocabularies to be used").
const (
	authority     = "http://publications.europa.eu/resource/authority/"
	licenceCCBY   = authority + "licence/CC_BY_4_0"
	themeSociety  = authority + "data-theme/SOCI"
	updatedAlways = authority + "frequency/UPDATE_CONT"
	accessPublic  = authority + "access-right/PUBLIC"
	stays         = authority + "planned-availability/STABLE"
)

// A node of linked data: what is known of one thing. The names of properties are those of DCAT-AP.
type node map[string]any

func iri(address string) node { return node{"@id": address} }

// words in each language of the site.
func inAllLanguages(key string) []node {
	var all []node
	for _, tag := range language.Available() {
		all = append(all, node{"@language": string(tag), "@value": language.For(tag).Text(key)})
	}
	return all
}

func date(t time.Time) node {
	return node{"@type": "xsd:dateTime", "@value": stamp(t)}
}

// writeCatalogue answers with the entry by which open data portals harvest the library: a catalogue
// with one dataset, in JSON-LD, by DCAT-AP 3.0 (SEMIC).
func (s *Service) writeCatalogue(w http.ResponseWriter, r *http.Request) error {
	found, err := s.find(r, query{Sort: byNewest}, 1, practice.FacetLanguage, practice.FacetCountry)
	if err != nil {
		return err
	}
	changed := s.Now()
	if len(found.hits) > 0 {
		changed = found.hits[0].UpdatedAt
	}
	body, err := json.Marshal(s.catalogue(changed, found.counts[practice.FacetLanguage], found.counts[practice.FacetCountry]))
	if err != nil {
		return err
	}
	web.Cached(w.Header(), "application/ld+json")
	_, err = w.Write(body)
	return err
}

func (s *Service) catalogue(changed time.Time, languages, countries []search.Count) node {
	publisher := node{
		"@id": s.Site + "/", "@type": "foaf:Agent", "foaf:name": inAllLanguages("shell.network"), "foaf:homepage": iri(s.Site + "/"),
	}
	dataset := node{
		"@id": s.Site + dataPath + "#dataset", "@type": "dcat:Dataset",
		"dct:title": inAllLanguages("library.data.dataset"), "dct:description": inAllLanguages("library.data.dataset.text"),
		"dct:identifier": s.Site + dataPath, "dct:publisher": iri(s.Site + "/"), "dcat:landingPage": iri(s.Site + root),
		"dcat:contactPoint": node{"@type": "vcard:Kind", "vcard:fn": "MuNet", "vcard:hasEmail": iri("mailto:" + s.Contact)},
		"dcat:theme":        iri(themeSociety), "dct:accrualPeriodicity": iri(updatedAlways), "dct:accessRights": iri(accessPublic),
		"dct:modified": date(changed), "dct:language": codes(languages), "dct:spatial": places(countries),
		"dcat:keyword": inAllLanguages("library.data.keyword"),
		"dcat:distribution": []node{
			s.distribution("csv", csvPath, "CSV", "text/csv"), s.distribution("json", dumpPath, "JSON", "application/json"),
			s.distribution("atom", feedPath, "ATOM", "application/atom+xml"), s.service(),
		},
	}
	return node{
		"@context": node{
			"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/",
			"vcard": "http://www.w3.org/2006/vcard/ns#", "xsd": "http://www.w3.org/2001/XMLSchema#", "dcatap": "http://data.europa.eu/r5r/",
		},
		"@id": s.Site + dataPath, "@type": "dcat:Catalog",
		"dct:title": inAllLanguages("library.data.catalogue"), "dct:description": inAllLanguages("library.data.dataset.text"),
		"dct:publisher": publisher, "dct:license": iri(licenceCCBY), "foaf:homepage": iri(s.Site + "/"),
		"dct:language": siteLanguages(), "dct:modified": date(changed),
		"dcat:themeTaxonomy": iri(authority + "data-theme"), "dcat:dataset": dataset,
	}
}

// distribution is the dataset as a file.
func (s *Service) distribution(name, path, format, mediaType string) node {
	return node{
		"@id": s.Site + dataPath + "#" + name, "@type": "dcat:Distribution", "dct:title": format,
		"dct:description": inAllLanguages("library.data." + name), "dcat:accessURL": iri(s.Site + path), "dcat:downloadURL": iri(s.Site + path),
		"dct:format": iri(authority + "file-type/" + format), "dcat:mediaType": iri("http://www.iana.org/assignments/media-types/" + mediaType),
		"dct:license": iri(licenceCCBY), "dcatap:availability": iri(stays),
	}
}

// service is the dataset by the interface for programs.
func (s *Service) service() node {
	d := s.distribution("api", apiPath, "JSON", "application/json")
	delete(d, "dcat:downloadURL")
	d["dct:title"] = "API"
	d["dcat:accessService"] = node{
		"@id": s.Site + dataPath + "#service", "@type": "dcat:DataService", "dct:title": inAllLanguages("library.data.service"),
		"dcat:endpointURL": iri(s.Site + apiPath), "dcat:endpointDescription": iri(s.Site + "/api/openapi.yaml"),
		"dcat:servesDataset": iri(s.Site + dataPath + "#dataset"),
	}
	return d
}

// codes are values of the authority table "language", which are the three letters of ISO 639-2/T.
func codes(counts []search.Count) []node {
	all := []node{}
	for _, c := range counts {
		if tag, err := iso.Parse(c.Value); err == nil {
			code, _ := tag.Base()
			all = append(all, iri(authority+"language/"+strings.ToUpper(code.ISO3())))
		}
	}
	return all
}

func siteLanguages() []node {
	var counts []search.Count
	for _, tag := range language.Available() {
		counts = append(counts, search.Count{Value: string(tag)})
	}
	return codes(counts)
}

// places are the countries that there are practices from, by the three letters of ISO 3166-1, as the
// authority table "country" has them.
func places(counts []search.Count) []node {
	all := []node{}
	for _, c := range counts {
		if region, err := iso.ParseRegion(c.Value); err == nil {
			all = append(all, iri(authority+"country/"+region.ISO3()))
		}
	}
	return all
}
