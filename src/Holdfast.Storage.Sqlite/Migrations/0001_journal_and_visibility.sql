-- Times are integers: 100 ns units since 1970-01-01 UTC.

-- The header of each durable entity: all that a restart has to scan. Kind 1 is a workflow run; its business id is the workflow id.
-- Small on purpose: it is rewritten with every transaction that touches the entity.
CREATE TABLE entity (
    entity_id     INTEGER PRIMARY KEY,
    shard         INTEGER NOT NULL,
    kind          INTEGER NOT NULL,
    namespace_id  TEXT    NOT NULL,
    business_id   TEXT    NOT NULL,
    run_id        TEXT    NOT NULL,
    status        INTEGER NOT NULL,
    next_sequence INTEGER NOT NULL,
    wake_at       INTEGER,
    owes          INTEGER NOT NULL
) STRICT;

-- Business id first: it also finds all runs of one workflow id.
CREATE UNIQUE INDEX entity_key ON entity (business_id, run_id, namespace_id);

-- An entity is in at most one of these two.
CREATE INDEX entity_owes ON entity (shard) WHERE owes;
CREATE INDEX entity_wake ON entity (shard, wake_at) WHERE NOT owes AND wake_at IS NOT NULL;

-- Appended to and never updated. Rows lie in the order of writing, not by entity: a transaction then writes pages of new rows only.
CREATE TABLE journal (
    journal_id     INTEGER PRIMARY KEY,
    entity_id      INTEGER NOT NULL,
    sequence       INTEGER NOT NULL,
    first_event_id INTEGER NOT NULL,
    last_event_id  INTEGER NOT NULL,
    records        BLOB    NOT NULL
) STRICT;

CREATE UNIQUE INDEX journal_row ON journal (entity_id, sequence);

-- Values that are overwritten in place, such as an activity's last heartbeat.
CREATE TABLE slot (
    slot_id   INTEGER PRIMARY KEY,
    entity_id INTEGER NOT NULL,
    name      TEXT    NOT NULL,
    value     BLOB    NOT NULL
) STRICT;

CREATE UNIQUE INDEX slot_name ON slot (entity_id, name);

CREATE TABLE current_run (
    namespace_id TEXT NOT NULL,
    workflow_id  TEXT NOT NULL,
    run_id       TEXT NOT NULL,
    PRIMARY KEY (namespace_id, workflow_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE visibility (
    entity_id              INTEGER PRIMARY KEY,
    namespace_id           TEXT    NOT NULL,
    workflow_id            TEXT    NOT NULL,
    run_id                 TEXT    NOT NULL,
    workflow_type          TEXT    NOT NULL,
    task_queue             TEXT    NOT NULL,
    status                 INTEGER NOT NULL,
    start_time             INTEGER NOT NULL,
    execution_time         INTEGER NOT NULL,
    -- 9223372036854775807 while the run is open, so that open runs come first in the order of lists.
    close_time             INTEGER NOT NULL,
    history_length         INTEGER NOT NULL,
    history_size_bytes     INTEGER NOT NULL,
    state_transition_count INTEGER NOT NULL,
    parent_workflow_id     TEXT    NOT NULL,
    parent_run_id          TEXT    NOT NULL,
    root_workflow_id       TEXT    NOT NULL,
    root_run_id            TEXT    NOT NULL,
    -- Search attribute TemporalNamespaceDivision: unless asked for, lists hide the runs that have one.
    namespace_division     TEXT,
    -- What filters look at: JSON, attribute name to value; an array for a keyword list, times as integers. Null when there are none.
    attributes             TEXT,
    -- What lists return: encoded temporal.api.common.v1.SearchAttributes and .Memo. Null when empty.
    search_attributes      BLOB,
    memo                   BLOB
) STRICT;

-- The order of lists; the last two make counts by status answer from the index alone.
CREATE INDEX visibility_list ON visibility (namespace_id, close_time DESC, start_time DESC, run_id, status, namespace_division);

CREATE TABLE namespace (
    namespace_id      TEXT PRIMARY KEY,
    name              TEXT NOT NULL,
    -- Encoded temporal.api.workflowservice.v1.DescribeNamespaceResponse.
    settings          BLOB NOT NULL,
    -- JSON, custom search attribute name to IndexedValueType.
    search_attributes TEXT NOT NULL
) STRICT;

CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
