-- People added by command, and what everyone enrolled: one-time codes, recovery codes, passkeys.
CREATE TABLE people (
  canonical TEXT PRIMARY KEY, user TEXT NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL,
  groups TEXT NOT NULL, password_hash TEXT NOT NULL, created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE codes (
  canonical TEXT PRIMARY KEY, secret TEXT, last_step INTEGER NOT NULL
) STRICT;
CREATE TABLE recovery_codes (
  canonical TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (canonical, digest)
) STRICT;
CREATE TABLE passkeys (
  id TEXT PRIMARY KEY, canonical TEXT NOT NULL, user_handle TEXT NOT NULL, public_key TEXT NOT NULL,
  counter INTEGER NOT NULL, transports TEXT NOT NULL, title TEXT NOT NULL,
  created_at INTEGER NOT NULL, used_at INTEGER NOT NULL
) STRICT;
CREATE INDEX passkeys_by_person ON passkeys (canonical);
