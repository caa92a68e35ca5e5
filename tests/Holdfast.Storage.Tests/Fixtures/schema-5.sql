-- A database as schema version 3 was: frozen, so that later migrations are tried on what older programs left.
PRAGMA page_size = 8192;
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
-- Who may write to a shard. The range id grows with every owner; a commit that shows an earlier one is refused.
CREATE TABLE shard (
    shard    INTEGER PRIMARY KEY,
    range_id INTEGER NOT NULL,
    owner    TEXT    NOT NULL
) STRICT;
-- Loading a run begins with the row of this sequence: 1, or the newest row that holds a snapshot of the whole state.
ALTER TABLE entity ADD COLUMN base_sequence INTEGER NOT NULL DEFAULT 1;

-- 1: a closed run whose journal rows were replaced by few compressed ones.
ALTER TABLE entity ADD COLUMN compacted INTEGER NOT NULL DEFAULT 0;

-- Closed runs that are still to be compacted; 1 is running, 8 paused.
CREATE INDEX entity_to_compact ON entity (shard) WHERE status > 1 AND status <> 8 AND NOT owes AND NOT compacted;

-- A journal row of 8 KB or more is cut by its content into chunks of 1 to 16 KB, and holds their numbers instead of its bytes. A chunk is stored once,
-- however many rows of however many runs it is a part of: what is sent again and again costs only what is new in it.
CREATE TABLE chunk (
    chunk_id INTEGER PRIMARY KEY,
    -- SHA-256 of the chunk.
    hash     BLOB    NOT NULL,
    size     INTEGER NOT NULL,
    -- A zstd frame; or the chunk itself, when the length is its size.
    data     BLOB    NOT NULL
) STRICT;

CREATE UNIQUE INDEX chunk_hash ON chunk (hash);

-- The chunks of an entity's rows, each once. A chunk goes with its last user.
CREATE TABLE chunk_use (
    entity_id INTEGER NOT NULL,
    chunk_id  INTEGER NOT NULL,
    PRIMARY KEY (entity_id, chunk_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX chunk_use_chunk ON chunk_use (chunk_id);
-- What the rows of compacted runs are compressed with, learnt from such rows. Kept for ever: rows name the one that they need.
CREATE TABLE dictionary (
    dictionary_id INTEGER PRIMARY KEY,
    -- SHA-256 of the data.
    hash          BLOB    NOT NULL,
    data          BLOB    NOT NULL
) STRICT;

INSERT INTO entity VALUES
    (1, 3, 1, '9f5c7a0e-0000-4000-8000-000000000001', 'order-1', 'run-1', 1, 3, 17723664000000000, 0, 1, 0),
    (2, 4, 1, '9f5c7a0e-0000-4000-8000-000000000001', 'order-2', 'a67f8e1c-3a52-4d0e-9c55-0d8f4a2b7e61', 2, 6, NULL, 0, 5, 1);
INSERT INTO journal VALUES
    (1, 1, 1, 1, 2, x'6669727374'), (2, 1, 2, 1, 2, x'6e657874'),
    -- "compacted ", twenty times.
    (3, 2, 5, 1, 9, x'0001c80000001bc700000436e04863afc1ae42542b65d5038bfb05');
INSERT INTO slot VALUES (1, 1, 'heartbeat:5', x'68616c66');
INSERT INTO current_run VALUES ('9f5c7a0e-0000-4000-8000-000000000001', 'order-1', 'run-1'), ('9f5c7a0e-0000-4000-8000-000000000001', 'order-2', 'a67f8e1c-3a52-4d0e-9c55-0d8f4a2b7e61');
INSERT INTO visibility VALUES
    (1, '9f5c7a0e-0000-4000-8000-000000000001', 'order-1', 'run-1', 'Order', 'orders', 1, 17723663400000000, 17723663400000000, 9223372036854775807, 0, 0, 0, '', '', '', '', NULL, NULL, NULL, NULL),
    (2, '9f5c7a0e-0000-4000-8000-000000000001', 'order-2', 'a67f8e1c-3a52-4d0e-9c55-0d8f4a2b7e61', 'Order', 'orders', 2, 17723663400000000, 17723663400000000, 17723664000000000, 9, 200, 3,
        'parent', 'run-p', 'order-2', 'a67f8e1c-3a52-4d0e-9c55-0d8f4a2b7e61', NULL, '{"HoldfastTenant":"acme"}', NULL, NULL);
INSERT INTO namespace VALUES ('9f5c7a0e-0000-4000-8000-000000000001', 'shop', x'', '{"Customer":2}');
INSERT INTO setting VALUES ('shards', '16');
INSERT INTO shard VALUES (3, 7, 'an earlier server');
PRAGMA application_id = 1212576628;
PRAGMA user_version = 5;
