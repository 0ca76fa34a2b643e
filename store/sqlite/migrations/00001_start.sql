-- +goose Up
-- Times are microseconds since 1970, UTC; 0 is "none". Conversations have an integer key because every hot row carries it; their text id
-- appears once. JSON is TEXT, so that the file can be read with the sqlite3 shell.

CREATE TABLE contacts (
  key        INTEGER PRIMARY KEY,
  id         TEXT NOT NULL UNIQUE,
  name       TEXT NOT NULL,
  language   TEXT NOT NULL,
  attributes TEXT NOT NULL -- JSON object, or empty
) STRICT;

-- state is the last column: rows are read by their small columns far more often than whole.
CREATE TABLE conversations (
  key        INTEGER PRIMARY KEY,
  id         TEXT NOT NULL UNIQUE,
  channel    TEXT NOT NULL,
  contact    INTEGER NOT NULL REFERENCES contacts,
  seq        INTEGER NOT NULL,
  epoch      INTEGER NOT NULL,
  owner      TEXT NOT NULL,
  agent      TEXT NOT NULL, -- the human agent's id; only with owner 'agent'
  versions   TEXT NOT NULL, -- of the flows its runs use, sorted, one space between
  flow       TEXT NOT NULL, -- of the run in focus
  flow_state TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  state      TEXT NOT NULL -- engine.Conversation without its contact
) STRICT;
-- Most turns change neither owner nor versions, and then touch neither index.
CREATE INDEX conversations_open ON conversations (owner) WHERE owner <> 'closed';
CREATE INDEX conversations_versions ON conversations (versions) WHERE versions <> '';

CREATE TABLE identities (
  channel      TEXT NOT NULL,
  kind         TEXT NOT NULL,
  value        TEXT NOT NULL,
  conversation INTEGER NOT NULL REFERENCES conversations,
  place        INTEGER NOT NULL, -- 0 is the best one
  PRIMARY KEY (channel, kind, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX identities_conversation ON identities (conversation);

-- One row for each event taken in. The bucket keeps inserts within a small stretch of the tree, see dedupe.go.
CREATE TABLE dedupe (
  bucket       INTEGER NOT NULL,
  hash         INTEGER NOT NULL,
  digest       BLOB NOT NULL,
  at           INTEGER NOT NULL, -- hours since 1970
  conversation INTEGER NOT NULL,
  PRIMARY KEY (bucket, hash)
) STRICT, WITHOUT ROWID;

-- Pending only: the turn that consumes an event deletes its row.
CREATE TABLE inbox (
  id           INTEGER PRIMARY KEY,
  conversation INTEGER NOT NULL,
  at           INTEGER NOT NULL,
  event        TEXT NOT NULL
) STRICT;

CREATE TABLE journal (
  id           INTEGER PRIMARY KEY,
  conversation INTEGER NOT NULL,
  seq          INTEGER NOT NULL,
  at           INTEGER NOT NULL,
  event        TEXT NOT NULL,
  effects      TEXT NOT NULL -- JSON array, or empty
) STRICT;
CREATE UNIQUE INDEX journal_turn ON journal (conversation, seq);

-- Pending only. An effect's id is conversation/seq/n.
CREATE TABLE outbox (
  conversation INTEGER NOT NULL,
  seq          INTEGER NOT NULL,
  n            INTEGER NOT NULL,
  at           INTEGER NOT NULL,
  attempts     INTEGER NOT NULL DEFAULT 0,
  next_at      INTEGER NOT NULL DEFAULT 0,
  attempted_at INTEGER NOT NULL DEFAULT 0,
  unknowns     INTEGER NOT NULL DEFAULT 0,
  error        TEXT NOT NULL DEFAULT '',
  effect       TEXT NOT NULL,
  PRIMARY KEY (conversation, seq, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE deliveries (
  conversation  INTEGER NOT NULL,
  seq           INTEGER NOT NULL,
  n             INTEGER NOT NULL,
  state         TEXT NOT NULL,
  provider_id   TEXT NOT NULL,
  provider_hash INTEGER, -- of channel and provider_id; NULL without one
  code          TEXT NOT NULL,
  detail        TEXT NOT NULL,
  at            INTEGER NOT NULL,
  PRIMARY KEY (conversation, seq, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_provider ON deliveries (provider_hash) WHERE provider_hash IS NOT NULL;

-- Statuses that came before their message was marked done.
CREATE TABLE early_statuses (
  name   TEXT PRIMARY KEY, -- see earlyName
  state  TEXT NOT NULL,
  provider_id TEXT NOT NULL,
  code   TEXT NOT NULL,
  detail TEXT NOT NULL,
  at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX early_statuses_at ON early_statuses (at);

CREATE TABLE timers (
  due          INTEGER NOT NULL,
  conversation INTEGER NOT NULL,
  seq          INTEGER NOT NULL,
  n            INTEGER NOT NULL,
  run          TEXT NOT NULL,
  entry        INTEGER NOT NULL,
  event        TEXT NOT NULL,
  PRIMARY KEY (due, conversation, seq, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE chats (
  id           TEXT PRIMARY KEY,
  conversation INTEGER NOT NULL REFERENCES conversations,
  channel      TEXT NOT NULL,
  contact      TEXT NOT NULL,
  contact_name TEXT NOT NULL,
  queue        TEXT NOT NULL,
  state        TEXT NOT NULL,
  priority     INTEGER NOT NULL,
  since        INTEGER NOT NULL,
  agent        TEXT NOT NULL,
  agent_name   TEXT NOT NULL,
  claimed_at   INTEGER NOT NULL,
  closed_at    INTEGER NOT NULL,
  outcome      TEXT NOT NULL,
  reason       TEXT NOT NULL,
  last_message INTEGER NOT NULL,
  packet       BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX chats_one_open ON chats (conversation) WHERE state <> 'closed';
CREATE INDEX chats_conversation ON chats (conversation);
CREATE INDEX chats_waiting ON chats (priority DESC, since) WHERE state <> 'closed';
CREATE INDEX chats_state ON chats (state, closed_at DESC);

CREATE TABLE kept (
  id      INTEGER PRIMARY KEY,
  channel TEXT NOT NULL,
  kind    TEXT NOT NULL,
  detail  TEXT NOT NULL,
  at      INTEGER NOT NULL,
  body    BLOB NOT NULL
) STRICT;

CREATE TABLE users (
  id            TEXT PRIMARY KEY,
  email         TEXT NOT NULL UNIQUE,
  name          TEXT NOT NULL,
  role          TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  language      TEXT NOT NULL,
  created_at    INTEGER NOT NULL,
  disabled      INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
  hash       TEXT PRIMARY KEY,
  user       TEXT NOT NULL REFERENCES users,
  created_at INTEGER NOT NULL,
  seen_at    INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_expires ON sessions (expires_at);
CREATE INDEX sessions_user ON sessions (user);

CREATE TABLE tokens (
  id         TEXT PRIMARY KEY,
  name       TEXT NOT NULL UNIQUE,
  role       TEXT NOT NULL,
  hash       TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) STRICT;

-- At most one row.
CREATE TABLE setup (
  id   INTEGER PRIMARY KEY CHECK (id = 1),
  hash TEXT NOT NULL,
  at   INTEGER NOT NULL
) STRICT;

CREATE TABLE sign_in_failures (
  id  INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  at  INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_in_failures_key ON sign_in_failures (key, at);
CREATE INDEX sign_in_failures_at ON sign_in_failures (at);

CREATE TABLE flow_versions (
  hash         TEXT PRIMARY KEY,
  flow         TEXT NOT NULL,
  file         TEXT NOT NULL,
  published_at INTEGER NOT NULL,
  source       BLOB NOT NULL
) STRICT;

CREATE TABLE flows (
  flow TEXT PRIMARY KEY,
  hash TEXT NOT NULL REFERENCES flow_versions
) STRICT, WITHOUT ROWID;
