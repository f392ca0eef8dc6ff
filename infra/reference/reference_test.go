package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

func TestReferenceIsMadeOfTheDescription(t *testing.T) {
	source, target, err := files()
	if err != nil {
		t.Fatal(err)
	}
	description, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	want, err := write(description)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(target); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not what the description says (%v): go generate ./internal/website", target, err)
	}
}

func TestWhatAReaderSees(t *testing.T) {
	html, err := write([]byte(`
tags: [{ name: Towns, description: All of them }]
paths:
  /api/towns/{id}:
    get:
      operationId: getTown
      tags: [Towns]
      summary: A town
      description: "See <b> and [Town](#schema-Town)"
      parameters:
        - { name: id, in: path, required: true, description: Its name, schema: { type: string }, example: PAFOS }
        - $ref: "#/components/parameters/Limit"
      responses:
        "200":
          description: Here
          headers: { ETag: { $ref: "#/components/headers/ETag" } }
          content: { application/json: { schema: { $ref: "#/components/schemas/Town" }, examples: { one: { value: { b: 1, a: [x, "2024-03"] } } } } }
        "404": { $ref: "#/components/responses/None" }
components:
  parameters:
    Limit: { name: limit, in: query, description: How many, schema: { type: integer, minimum: 1, maximum: 100, default: 25 }, example: 7 }
  headers: { ETag: { description: Its tag } }
  responses: { None: { description: "` + "`not-found`" + `: none" } }
  schemas:
    Town:
      type: object
      required: [name]
      properties:
        name: { type: string, maxLength: 80 }
        people:
          type: array
          items: { type: object, properties: { role: { type: string, enum: ["", mayor] } } }
`))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<h3 id="getTown">A town</h3>`, `See &lt;b&gt; and <a href="#schema-Town">Town</a>`, `https://munet.example/api/towns/PAFOS?limit=7`,
		`at least 1`, `at most 100`, `if missing: 25`, `in the path`, `<dt>ETag</dt><dd>Its tag</dd>`, `<code>not-found</code>: none`,
		`at most 80 characters`, `<code>people[].role</code>`, `<code>""</code>, <code>mayor</code>`, `{&#34;b&#34;: 1, &#34;a&#34;: [&#34;x&#34;, &#34;2024-03&#34;]}`,
	} {
		if !strings.Contains(string(html), want) {
			t.Errorf("the reference lacks %s:\n%s", want, html)
		}
	}
	if strings.Contains(string(html), "Try it") {
		t.Error("there is a link to a town that may not exist")
	}
}
