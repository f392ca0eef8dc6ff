package main

import (
	"database/sql"
	"strings"

	_ "modernc.org/sqlite" // the driver
)

// fts5 is SQLite's full-text search, with the stemmer and the folding that it has, and BM25 over
// columns of the weights that ours has.
func fts5(practices []practice) (engine, error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // every connection has a memory of its own
	_, err = db.Exec(`CREATE VIRTUAL TABLE practice USING fts5(id UNINDEXED, title, summary, body, tokenize='porter unicode61 remove_diacritics 2')`)
	if err != nil {
		return nil, err
	}
	for _, p := range practices {
		if _, err := db.Exec(`INSERT INTO practice VALUES (?, ?, ?, ?)`, p.ID, p.Title, p.Summary, p.Body); err != nil {
			return nil, err
		}
	}
	return func(q query) ([]string, error) {
		var words []string
		for word := range strings.FieldsSeq(q.Words) {
			words = append(words, `"`+strings.ReplaceAll(word, `"`, "")+`"`)
		}
		rows, err := db.Query(`SELECT id FROM practice WHERE practice MATCH ? ORDER BY bm25(practice, 0, 5, 2, 1), id LIMIT ?`,
			strings.Join(words, " OR "), depth)
		if err != nil {
			return nil, err
		}
		defer func() { _ = rows.Close() }()
		var ids []string
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				return nil, err
			}
			ids = append(ids, id)
		}
		return ids, rows.Err()
	}, nil
}
