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
