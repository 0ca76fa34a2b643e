package sqlite

import (
	"context"
	"fmt"
	"strings"

	"relevo/store"
)

// Publish implements store.Flows.
func (db *DB) Publish(ctx context.Context, p store.Publication) (number int64, err error) {
	flows := map[string]string{}
	for _, v := range p.Versions {
		flows[v.Flow] = v.Hash
	}
	made, err := encode("publication", flows)
	if err == nil {
		err = db.writer.write(ctx, func(c *conn) (err error) {
			number, err = c.publish(p, made)
			return err
		})
	}
	if err != nil {
		return 0, fmt.Errorf("publish: %w", err)
	}
	return number, nil
}

// publish looks whether it may before it changes anything.
func (c *conn) publish(p store.Publication, made string) (int64, error) {
	var last int64
	if err := c.row(`SELECT coalesce(max(id), 0) FROM publications`).Scan(&last); err != nil {
		return 0, err
	}
	if last != p.After {
		return 0, refuse("the last publication is %d, not %d: %w", last, p.After, store.ErrConflict)
	}
	for _, v := range p.Versions {
		var flow string
		err := c.row(`SELECT coalesce((SELECT flow FROM flow_versions WHERE hash = ?), '')`, v.Hash).Scan(&flow)
		if err != nil {
			return 0, err
		}
		if flow != v.Flow && (flow != "" || v.Source == nil) {
			return 0, refuse("version %s of flow %s: %w", v.Hash, v.Flow, store.ErrNotFound)
		}
	}
	number := last + 1
	if _, err := c.exec(`INSERT INTO publications (id, at, who, flows) VALUES (?, ?, ?, ?)`, number, micros(p.At), p.By, made); err != nil {
		return 0, err
	}
	for _, v := range p.Versions {
		if err := c.storeVersion(p, v); err != nil {
			return 0, fmt.Errorf("flow %s: %w", v.Flow, err)
		}
		if _, err := c.exec(`INSERT INTO flows (flow, hash, publication) VALUES (?, ?, ?)
			ON CONFLICT DO UPDATE SET hash = excluded.hash, publication = excluded.publication WHERE hash <> excluded.hash`, v.Flow, v.Hash, number); err != nil {
			return 0, err
		}
	}
	return number, nil
}

// storeVersion adds a version and its scripts, if it is new.
func (c *conn) storeVersion(p store.Publication, v store.FlowVersion) error {
	added, err := c.exec(`INSERT INTO flow_versions (hash, flow, file, published_at, source, published_by) SELECT ?1, ?2, ?3, ?4, ?5, ?6
		WHERE NOT EXISTS (SELECT 1 FROM flow_versions WHERE hash = ?1)`, v.Hash, v.Flow, v.File, micros(p.At), v.Source, p.By)
	if err != nil || added == 0 {
		return err
	}
	for _, s := range v.Scripts {
		code := s.Code
		if code == nil {
			code = []byte{}
		}
		if _, err := c.exec(`INSERT INTO scripts (hash, code) VALUES (?, ?) ON CONFLICT DO NOTHING`, s.Hash, code); err != nil {
			return err
		}
		if _, err := c.exec(`INSERT INTO flow_scripts (version, name, file, hash) VALUES (?, ?, ?, ?)`, v.Hash, s.Name, s.File, s.Hash); err != nil {
			return err
		}
	}
	return nil
}

// Published implements store.Flows.
func (db *DB) Published(ctx context.Context) (store.Published, error) {
	// One statement, so that no publication can come in between.
	p := store.Published{Flows: map[string]string{}}
	err := db.each(ctx, func(r scanner) error {
		var flow, hash string
		err := r.Scan(&p.Number, &flow, &hash)
		if flow != "" {
			p.Flows[flow] = hash
		}
		return err
	}, `SELECT (SELECT coalesce(max(id), 0) FROM publications), coalesce(f.flow, ''), coalesce(f.hash, '') FROM (SELECT 1) LEFT JOIN flows f`)
	if err != nil {
		return store.Published{}, fmt.Errorf("read what is published: %w", err)
	}
	return p, nil
}

// versionColumns are read by scanVersion.
const versionColumns = `SELECT v.hash, v.flow, v.file, v.published_at, v.published_by, f.hash IS NOT NULL,
	coalesce(p.at, iif(f.hash IS NULL, 0, v.published_at)), coalesce(p.who, '')
	FROM flow_versions v LEFT JOIN flows f ON f.flow = v.flow AND f.hash = v.hash LEFT JOIN publications p ON p.id = f.publication `

func scanVersion(r scanner) (v store.FlowVersion, err error) {
	var published, since int64
	err = r.Scan(&v.Hash, &v.Flow, &v.File, &published, &v.PublishedBy, &v.Current, &since, &v.CurrentBy)
	v.PublishedAt, v.CurrentSince = fromMicros(published), fromMicros(since)
	return v, err
}

// FlowVersions implements store.Flows.
func (db *DB) FlowVersions(ctx context.Context) ([]store.FlowVersion, error) {
	used, err := db.usedVersions(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the versions in use: %w", err)
	}
	var versions []store.FlowVersion
	err = db.each(ctx, func(r scanner) error {
		v, err := scanVersion(r)
		if v.Current || used[v.Hash] {
			versions = append(versions, v)
		}
		return err
	}, versionColumns+`ORDER BY v.flow, f.hash IS NOT NULL, v.published_at, v.hash`)
	if err != nil {
		return nil, fmt.Errorf("list flow versions: %w", err)
	}
	shared := map[string][]byte{}
	for i := range versions {
		if err := db.readSources(ctx, &versions[i], shared); err != nil {
			return nil, err
		}
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

// readSources reads a version's file and its scripts. The code of a script is read once for all versions that share it.
func (db *DB) readSources(ctx context.Context, v *store.FlowVersion, shared map[string][]byte) error {
	if err := db.row(ctx, `SELECT source FROM flow_versions WHERE hash = ?`, v.Hash).Scan(&v.Source); err != nil {
		return found(err, "flow version %s", v.Hash)
	}
	err := db.each(ctx, func(r scanner) error {
		var s store.ScriptVersion
		err := r.Scan(&s.Name, &s.File, &s.Hash)
		v.Scripts = append(v.Scripts, s)
		return err
	}, `SELECT name, file, hash FROM flow_scripts WHERE version = ? ORDER BY name`, v.Hash)
	if err != nil {
		return fmt.Errorf("list the scripts of flow version %s: %w", v.Hash, err)
	}
	for i := range v.Scripts {
		s := &v.Scripts[i]
		if code, known := shared[s.Hash]; known {
			s.Code = code
			continue
		}
		if err := db.row(ctx, `SELECT code FROM scripts WHERE hash = ?`, s.Hash).Scan(&s.Code); err != nil {
			return found(err, "script %s", s.Hash)
		}
		shared[s.Hash] = s.Code
	}
	return nil
}

// FlowVersion implements store.Flows.
func (db *DB) FlowVersion(ctx context.Context, hash string) (store.FlowVersion, error) {
	v, err := scanVersion(db.row(ctx, versionColumns+`WHERE v.hash = ?`, hash))
	if err != nil {
		return store.FlowVersion{}, found(err, "flow version %s", hash)
	}
	return v, db.readSources(ctx, &v, map[string][]byte{})
}

// FlowHistory implements store.Flows.
func (db *DB) FlowHistory(ctx context.Context, flow string, limit int) ([]store.FlowVersion, error) {
	var versions []store.FlowVersion
	seen := map[string]int{}
	err := db.each(ctx, func(r scanner) error {
		v, err := scanVersion(r)
		if seen[v.Flow]++; limit <= 0 || seen[v.Flow] <= limit {
			versions = append(versions, v)
		}
		return err
	}, versionColumns+`WHERE ?1 = '' OR v.flow = ?1 ORDER BY v.flow, f.hash IS NULL, v.published_at DESC, v.hash`, flow)
	if err != nil {
		return nil, fmt.Errorf("list flow versions: %w", err)
	}
	return versions, nil
}

// Standings implements store.Flows.
func (db *DB) Standings(ctx context.Context, flow string) ([]store.Standing, error) {
	var standings []store.Standing
	err := db.each(ctx, func(r scanner) error {
		var s store.Standing
		err := r.Scan(&s.Flow, &s.Version, &s.State, &s.Runs)
		standings = append(standings, s)
		return err
	}, `SELECT r.value ->> 'flow' AS flow, r.value ->> 'version' AS version, r.value ->> 'state' AS state, count(*)
		FROM conversations c, json_each(c.state, '$.runs') r WHERE c.versions <> '' AND (?1 = '' OR r.value ->> 'flow' = ?1)
		GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`, flow)
	if err != nil {
		return nil, fmt.Errorf("count the runs by state: %w", err)
	}
	return standings, nil
}
