-- What is to be exported: a row per span or score, once and for all. A row whose payload was sent stays for a while without it, so
-- that whatever is told of again is known.
CREATE TABLE trace_item (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    kind INTEGER NOT NULL,              -- 0 a span, 1 a score
    trace_id TEXT NOT NULL,
    item_id TEXT NOT NULL,              -- the span's id, or the score's
    state INTEGER NOT NULL,             -- 0 open, 1 waiting, 2 in a batch, 3 sent, 4 refused, 5 given up
    lost INTEGER NOT NULL DEFAULT 0,    -- 1: its end was never told
    activity TEXT,                      -- an activity's id, of spans that an activity's attempt is to end
    attempt INTEGER,
    payload BLOB,                       -- as it is sent; of an open span, as it is sent should its end never be told
    bytes INTEGER NOT NULL,
    at INTEGER NOT NULL,                -- when the state was entered: milliseconds since 1970
    batch INTEGER,
    problem TEXT                        -- why it was refused
);
CREATE UNIQUE INDEX trace_item_identity ON trace_item (trace_id, item_id, kind);
CREATE INDEX trace_item_waiting ON trace_item (kind, seq) WHERE state = 1;
CREATE INDEX trace_item_open ON trace_item (trace_id, activity) WHERE state = 0;
CREATE INDEX trace_item_batch ON trace_item (batch, seq) WHERE state = 2;
CREATE INDEX trace_item_ended ON trace_item (at) WHERE state >= 3;

-- What is sent in one request, settled before it is sent the first time: a repetition is the same bytes.
CREATE TABLE trace_batch (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind INTEGER NOT NULL,
    head BLOB NOT NULL,
    tail BLOB NOT NULL
);

CREATE TABLE trace_counter (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
);
