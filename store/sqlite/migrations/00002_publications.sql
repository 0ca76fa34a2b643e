-- +goose Up
-- One row for each time that versions were made current, kept for ever: it says which version was current when.
CREATE TABLE publications (
  id    INTEGER PRIMARY KEY,
  at    INTEGER NOT NULL,
  who   TEXT NOT NULL,
  flows TEXT NOT NULL -- JSON object: the version by flow
) STRICT;

-- The source stays the last column: versions are listed without it.
CREATE TABLE versions (
  hash         TEXT PRIMARY KEY,
  flow         TEXT NOT NULL,
  file         TEXT NOT NULL,
  published_at INTEGER NOT NULL, -- for the first time
  published_by TEXT NOT NULL,
  source       BLOB NOT NULL
) STRICT;
INSERT INTO versions SELECT hash, flow, file, published_at, '', source FROM flow_versions;

CREATE TABLE current (
  flow        TEXT PRIMARY KEY,
  hash        TEXT NOT NULL REFERENCES versions,
  publication INTEGER NOT NULL -- that made it current; 0: before publications were counted
) STRICT, WITHOUT ROWID;
INSERT INTO current SELECT flow, hash, 0 FROM flows;

DROP TABLE flows;
DROP TABLE flow_versions;
ALTER TABLE versions RENAME TO flow_versions;
ALTER TABLE current RENAME TO flows;
CREATE INDEX flow_versions_flow ON flow_versions (flow, published_at);

-- Script files by their content: versions that use the same file share its row.
CREATE TABLE scripts (
  hash TEXT PRIMARY KEY,
  code BLOB NOT NULL
) STRICT;

CREATE TABLE flow_scripts (
  version TEXT NOT NULL REFERENCES flow_versions,
  name    TEXT NOT NULL,
  file    TEXT NOT NULL,
  hash    TEXT NOT NULL REFERENCES scripts,
  PRIMARY KEY (version, name)
) STRICT, WITHOUT ROWID;
