/**
 * The first version of the schema. A released migration is never edited.
 *
 * Mail: `messages` has one small row for each message of each mailbox; octets
 * are in `blob_data` or in a file, once however many rows refer to them. Ids
 * that sessions hold are never reused, hence AUTOINCREMENT.
 *
 * @module
 */
export const SCHEMA_1 = `
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  address TEXT NOT NULL UNIQUE,
  password_hash TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'active',
  origin TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  first_login_at INTEGER,
  last_login_day INTEGER,
  quota_octets INTEGER,
  token_id INTEGER,
  pinned INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX accounts_unused ON accounts (created_at) WHERE first_login_at IS NULL;
CREATE INDEX accounts_inactive ON accounts (last_login_day) WHERE pinned = 0;
CREATE INDEX accounts_by_token ON accounts (token_id) WHERE token_id IS NOT NULL;
CREATE INDEX accounts_deleting ON accounts (id) WHERE state = 'deleting';

CREATE TABLE blocklist (
  pattern TEXT NOT NULL PRIMARY KEY,
  reason TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX blocklist_wild ON blocklist (substr(pattern, instr(pattern, '@')))
  WHERE instr(pattern, '*') > 0;

CREATE TABLE registration_tokens (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  token TEXT NOT NULL UNIQUE,
  max_uses INTEGER NOT NULL,
  used INTEGER NOT NULL DEFAULT 0,
  comment TEXT NOT NULL DEFAULT '',
  expires_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE settings (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE secrets (
  name TEXT NOT NULL PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE push_tokens (
  account_id INTEGER NOT NULL,
  token TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, token)
) STRICT, WITHOUT ROWID;
CREATE INDEX push_tokens_by_age ON push_tokens (updated_at);

CREATE TABLE task_runs (
  task TEXT NOT NULL PRIMARY KEY,
  started_at INTEGER NOT NULL,
  finished_at INTEGER,
  deleted INTEGER NOT NULL,
  error TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE uid_validity (last INTEGER NOT NULL) STRICT;
INSERT INTO uid_validity VALUES (0);

CREATE TABLE mailboxes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  uid_validity INTEGER NOT NULL,
  uid_next INTEGER NOT NULL DEFAULT 1,
  highest_modseq INTEGER NOT NULL DEFAULT 1,
  exists_count INTEGER NOT NULL DEFAULT 0,
  unseen_count INTEGER NOT NULL DEFAULT 0,
  octets INTEGER NOT NULL DEFAULT 0,
  subscribed INTEGER NOT NULL DEFAULT 0,
  selectable INTEGER NOT NULL DEFAULT 1,
  special_use TEXT,
  keywords TEXT NOT NULL DEFAULT '[]',
  forgotten_modseq INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account_id, name)
) STRICT;

CREATE TABLE messages (
  mailbox_id INTEGER NOT NULL,
  uid INTEGER NOT NULL,
  blob_id INTEGER NOT NULL,
  size INTEGER NOT NULL,
  arrived_at INTEGER NOT NULL,
  internal_at INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  keywords INTEGER NOT NULL,
  modseq INTEGER NOT NULL,
  fetched INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (mailbox_id, uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX messages_by_modseq ON messages (mailbox_id, modseq);
CREATE INDEX messages_by_age ON messages (arrived_at);
CREATE INDEX messages_large ON messages (arrived_at) WHERE size > 100000;
CREATE INDEX messages_unseen ON messages (mailbox_id, uid) WHERE flags & 1 = 0;
CREATE INDEX messages_deleted ON messages (mailbox_id, uid) WHERE flags & 8 = 8;

CREATE TABLE expunged (
  mailbox_id INTEGER NOT NULL,
  modseq INTEGER NOT NULL,
  uid INTEGER NOT NULL,
  expunged_at INTEGER NOT NULL,
  PRIMARY KEY (mailbox_id, modseq, uid)
) STRICT, WITHOUT ROWID;

CREATE TABLE blobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  refs INTEGER NOT NULL,
  size INTEGER NOT NULL,
  header_size INTEGER NOT NULL,
  digest BLOB,
  file TEXT,
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX blobs_by_digest ON blobs (digest) WHERE digest IS NOT NULL;
CREATE UNIQUE INDEX blobs_by_file ON blobs (file) WHERE file IS NOT NULL;
CREATE INDEX blobs_unused ON blobs (id) WHERE refs = 0;

CREATE TABLE blob_data (
  blob_id INTEGER PRIMARY KEY,
  data BLOB NOT NULL
) STRICT;

CREATE TABLE usage (
  account_id INTEGER PRIMARY KEY,
  octets INTEGER NOT NULL DEFAULT 0,
  messages INTEGER NOT NULL DEFAULT 0
) STRICT;
`;

/** When messages that were read are deleted, where an admin wants that. */
export const SCHEMA_2 = `
CREATE TABLE purge_due (
  mailbox_id INTEGER NOT NULL,
  uid INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  PRIMARY KEY (mailbox_id, uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX purge_due_by_time ON purge_due (due_at);
`;

/**
 * Ages are counted in time that was lived through (`LivedClock`): so are
 * `messages.arrived_at`, `expunged.expunged_at`, `push_tokens.updated_at`
 * and `purge_due.due_at` from this version on. Columns that people see keep
 * the machine's date and have a second one here.
 */
export const SCHEMA_3 = `
CREATE TABLE lived_time (
  only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
  lived_at INTEGER NOT NULL,
  wall_at INTEGER NOT NULL
) STRICT;

ALTER TABLE accounts ADD COLUMN lived_created_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN lived_login_day INTEGER;
UPDATE accounts SET lived_created_at = created_at, lived_login_day = last_login_day;
DROP INDEX accounts_unused;
DROP INDEX accounts_inactive;
CREATE INDEX accounts_unused ON accounts (lived_created_at) WHERE first_login_at IS NULL;
CREATE INDEX accounts_inactive ON accounts (lived_login_day) WHERE pinned = 0;

ALTER TABLE registration_tokens ADD COLUMN lived_expires_at INTEGER;
UPDATE registration_tokens SET lived_expires_at = expires_at;

ALTER TABLE task_runs ADD COLUMN whole_at INTEGER;
ALTER TABLE task_runs ADD COLUMN whole_limit INTEGER;
`;

/**
 * Mail for other servers, and what was accepted lately. Times are lived
 * seconds, but for `queued_at` and `tried_at`, which people see.
 */
export const SCHEMA_4 = `
CREATE TABLE accepted (
  key BLOB NOT NULL PRIMARY KEY,
  until INTEGER NOT NULL,
  results TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX accepted_by_time ON accepted (until);

CREATE TABLE queue_messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  mail_id TEXT NOT NULL,
  reverse_path TEXT NOT NULL,
  origin TEXT NOT NULL,
  account_id INTEGER,
  message_id TEXT NOT NULL,
  blob_id INTEGER,
  size INTEGER NOT NULL,
  prefix BLOB NOT NULL,
  body_hash TEXT,
  eight_bit INTEGER NOT NULL,
  utf8 INTEGER NOT NULL,
  queued_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX queue_messages_by_account ON queue_messages (account_id)
  WHERE account_id IS NOT NULL;
CREATE INDEX queue_messages_by_end ON queue_messages (expires_at);

CREATE TABLE queue_recipients (
  queue_id INTEGER NOT NULL,
  n INTEGER NOT NULL,
  address TEXT NOT NULL,
  destination TEXT NOT NULL,
  state TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  lease TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  tried_at INTEGER,
  status TEXT,
  text TEXT,
  code INTEGER,
  transport TEXT,
  host TEXT,
  PRIMARY KEY (queue_id, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX queue_by_destination ON queue_recipients (destination, state, due_at);
CREATE INDEX queue_leased ON queue_recipients (lease) WHERE lease IS NOT NULL;
CREATE INDEX queue_failed ON queue_recipients (queue_id) WHERE state = 'failed';

CREATE TABLE queue_destinations (
  destination TEXT NOT NULL PRIMARY KEY,
  wake_at INTEGER,
  turns INTEGER NOT NULL DEFAULT 0,
  retry_at INTEGER NOT NULL DEFAULT 0,
  fail_streak INTEGER NOT NULL DEFAULT 0,
  last_error TEXT,
  held INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX queue_destinations_due ON queue_destinations (wake_at, turns)
  WHERE wake_at IS NOT NULL;
`;

/** Small sets that admins set and the relay learns, each value as JSON. */
export const SCHEMA_5 = `
CREATE TABLE records (
  collection TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (collection, key)
) STRICT, WITHOUT ROWID;
`;

/** By a keyed hash: what went to other servers lately, so that a report of it can be told from others. */
export const SCHEMA_6 = `
CREATE TABLE sent (
  key BLOB NOT NULL PRIMARY KEY,
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sent_by_time ON sent (until);
`;

/**
 * What was measured, and when: numbers of the relay as a whole. Times are the
 * machine's, since people see them; what is deleted goes by how many there are.
 */
export const SCHEMA_7 = `
CREATE TABLE metric_series (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE metric_samples (
  series INTEGER NOT NULL,
  res INTEGER NOT NULL,
  ts INTEGER NOT NULL,
  min REAL NOT NULL,
  max REAL NOT NULL,
  sum REAL NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (series, res, ts)
) STRICT, WITHOUT ROWID;
`;

/** Public keys of accounts as their own mail shows them, if the operator wants them kept. */
export const SCHEMA_8 = `
CREATE TABLE account_keys (
  account_id INTEGER PRIMARY KEY,
  certificate BLOB NOT NULL
) STRICT;
`;
