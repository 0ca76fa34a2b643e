package sqlite

import (
	"context"
	"fmt"
	"strings"

	"relevo/store"
)

// PublishFlow implements store.Reader.
func (db *DB) PublishFlow(ctx context.Context, v store.FlowVersion) error {
	source := v.Source
	if source == nil {
		source = []byte{}
	}
	err := db.writer.write(ctx, func(c *conn) error {
		if _, err := c.exec(`INSERT INTO flow_versions (hash, flow, file, published_at, source) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			v.Hash, v.Flow, v.File, micros(v.PublishedAt), source); err != nil {
			return err
		}
		_, err := c.exec(`INSERT INTO flows (flow, hash) VALUES (?, ?) ON CONFLICT DO UPDATE SET hash = excluded.hash`, v.Flow, v.Hash)
		return err
	})
	if err != nil {
		return fmt.Errorf("publish flow %s: %w", v.Flow, err)
	}
	return nil
}

// FlowVersions implements store.Reader: by flow, the oldest first and the current one last.
func (db *DB) FlowVersions(ctx context.Context) ([]store.FlowVersion, error) {
	used, err := db.usedVersions(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the versions in use: %w", err)
	}
	var wanted []string
	err = db.each(ctx, func(r scanner) error {
		var hash string
		var current bool
		err := r.Scan(&hash, &current)
		if current || used[hash] {
			wanted = append(wanted, hash)
		}
		return err
	}, `SELECT v.hash, f.hash IS NOT NULL FROM flow_versions v LEFT JOIN flows f ON f.flow = v.flow AND f.hash = v.hash
		ORDER BY v.flow, f.hash IS NOT NULL, v.published_at, v.hash`)
	if err != nil {
		return nil, fmt.Errorf("list flow versions: %w", err)
	}
	versions := make([]store.FlowVersion, len(wanted))
	for i, hash := range wanted {
		v := &versions[i]
		var at int64
		err := db.row(ctx, `SELECT hash, flow, file, published_at, source FROM flow_versions WHERE hash = ?`, hash).
			Scan(&v.Hash, &v.Flow, &v.File, &at, &v.Source)
		if err != nil {
			return nil, found(err, "flow version %s", hash)
		}
		v.PublishedAt = fromMicros(at)
	}
	return versions, nil
}

// usedVersions are the versions that runs still use.
func (db *DB) usedVersions(ctx context.Context) (map[string]bool, error) {
	used := map[string]bool{}
	err := db.each(ctx, func(r scanner) error {
		var versions string
		err := r.Scan(&versions)
		for _, v := range strings.Fields(versions) {
			used[v] = true
		}
		return err
	}, `SELECT DISTINCT versions FROM conversations WHERE versions <> ''`)
	return used, err
}
