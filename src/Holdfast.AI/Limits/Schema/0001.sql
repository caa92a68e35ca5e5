-- What an operator allows. The key is a credential's id or its reference.
CREATE TABLE rate_limit (
    key                 TEXT    NOT NULL PRIMARY KEY,
    requests_per_minute REAL,            -- null, as with all: not limited
    tokens_per_minute   REAL,
    concurrency         INTEGER
);

-- What is left of a credential's rates, as of a moment. Times are Unix milliseconds.
CREATE TABLE rate_bucket (
    key         TEXT    NOT NULL PRIMARY KEY,
    requests    REAL    NOT NULL,
    tokens      REAL    NOT NULL,        -- below 0 after a request that was larger than the bucket
    at          INTEGER NOT NULL,
    virtual     REAL    NOT NULL,        -- how far the queue has been served: the start of the last that was let in
    shut_until  INTEGER NOT NULL,        -- as the provider asked
    duration_ms REAL    NOT NULL         -- of requests, averaged
);

-- A call that waits for its turn.
CREATE TABLE rate_place (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id     TEXT    NOT NULL,             -- the call
    key    TEXT    NOT NULL,
    tenant TEXT    NOT NULL,
    tokens REAL    NOT NULL,
    start  REAL    NOT NULL,             -- where its turn begins and ends in its tenant's own queue, in minutes of the credential's whole rate
    finish REAL    NOT NULL,
    due    INTEGER NOT NULL,             -- when it was told to ask again
    UNIQUE (id, key)
);

CREATE INDEX rate_place_in_turn ON rate_place (key, start, number);

-- A request that was let in and has not ended.
CREATE TABLE rate_use (
    id         TEXT    NOT NULL PRIMARY KEY, -- the request
    key        TEXT    NOT NULL,
    tokens     REAL    NOT NULL,
    started_at INTEGER NOT NULL
);

CREATE INDEX rate_use_by_key ON rate_use (key);
