-- One row for each request to a model provider, opened before it is made and settled when it ended. Money is in billionths of a US dollar.
CREATE TABLE model_request (
    id            TEXT    NOT NULL PRIMARY KEY,
    tenant        TEXT    NOT NULL,
    namespace     TEXT,                  -- of the workflow run for which it was made; null with all down to activity_id: for none
    workflow_id   TEXT,
    run_id        TEXT,
    workflow_type TEXT,
    activity_id   TEXT,
    attempt       INTEGER NOT NULL,
    number        INTEGER NOT NULL,
    model_name    TEXT    NOT NULL,
    provider      TEXT    NOT NULL,
    model         TEXT    NOT NULL,
    credential    TEXT,
    started_at    INTEGER NOT NULL,      -- Unix milliseconds
    month         TEXT    NOT NULL,      -- of the start, in UTC: 2026-11
    ended_at      INTEGER,
    outcome       TEXT,                  -- null while it is under way
    reserved      INTEGER,               -- the most that it was expected to cost; null: not known
    cost          INTEGER,               -- null: not known, or not yet
    input         INTEGER,               -- tokens, each counted in one column; null: not known
    cache_read    INTEGER,
    cache_write_5m INTEGER,
    cache_write_1h INTEGER,
    output        INTEGER,
    reasoning     INTEGER
);

CREATE INDEX model_request_by_month ON model_request (month, tenant);
CREATE INDEX model_request_by_tenant ON model_request (tenant);
CREATE INDEX model_request_by_run ON model_request (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX model_request_under_way ON model_request (started_at) WHERE outcome IS NULL;
