-- Sessions and remembered revocations. Never edit this file: add the next one.
-- Times are milliseconds since the Unix epoch.

CREATE TABLE session (
  id            INTEGER PRIMARY KEY,
  key           TEXT    NOT NULL UNIQUE, -- base64url SHA-256 of the cookie value
  user          TEXT    NOT NULL,
  provider      TEXT    NOT NULL,
  name          TEXT    NOT NULL,
  email         TEXT    NOT NULL,
  groups        TEXT    NOT NULL,        -- JSON array of texts
  domain        TEXT    NOT NULL,
  provider_sid  TEXT    NOT NULL,        -- empty: none
  provider_sub  TEXT    NOT NULL,        -- empty: none
  created_at    INTEGER NOT NULL,
  seen_at       INTEGER NOT NULL,
  expires_at    INTEGER NOT NULL,
  idle_ms       INTEGER NOT NULL,
  version       INTEGER NOT NULL,
  user_agent    TEXT    NOT NULL,
  address       TEXT    NOT NULL,
  id_token_hint TEXT    NOT NULL,        -- sealed; empty: none
  sealed_until  INTEGER NOT NULL,        -- end of the seal the session came with; 0: came without
  ends_at       INTEGER NOT NULL
    GENERATED ALWAYS AS (max(sealed_until, min(expires_at, seen_at + idle_ms))) VIRTUAL
) STRICT;

CREATE INDEX session_by_person ON session (user, provider, created_at);
CREATE INDEX session_by_sid ON session (provider_sid) WHERE provider_sid <> '';
CREATE INDEX session_by_sub ON session (provider_sub) WHERE provider_sub <> '';
CREATE INDEX session_by_end ON session (ends_at);
CREATE INDEX session_by_creation ON session (created_at);

-- What was revoked while a sealed session that it means may live outside this table.
-- NULL matches everything.
CREATE TABLE revocation (
  id            INTEGER PRIMARY KEY,
  revoked_at    INTEGER NOT NULL,
  key           TEXT,
  user          TEXT,
  provider      TEXT,
  provider_sid  TEXT,
  provider_sub  TEXT,
  created_until INTEGER
) STRICT;

CREATE INDEX revocation_by_time ON revocation (revoked_at);

-- One row that is written to find out whether writing works.
CREATE TABLE probe (
  id        INTEGER PRIMARY KEY CHECK (id = 1),
  probed_at INTEGER NOT NULL
) STRICT;
