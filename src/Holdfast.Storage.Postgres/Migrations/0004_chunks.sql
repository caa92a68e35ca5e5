-- A journal row of 8 KB or more is cut by its content into chunks of 1 to 16 KB, and holds their numbers instead of its bytes. A chunk is stored once,
-- however many rows of however many runs it is a part of: what is sent again and again costs only what is new in it.
CREATE TABLE chunk (
    chunk_id bigint  PRIMARY KEY,
    -- SHA-256 of the chunk.
    hash     bytea   NOT NULL CONSTRAINT chunk_hash UNIQUE,
    size     integer NOT NULL,
    -- A zstd frame; or the chunk itself, when the length is its size.
    data     bytea   NOT NULL
);

ALTER TABLE chunk ALTER COLUMN data SET STORAGE EXTERNAL, SET (toast_tuple_target = 8160);

-- The chunks of an entity's rows, each once. A chunk goes with its last user; one that went in between makes the commit fail that refers to it.
CREATE TABLE chunk_use (
    entity_id bigint NOT NULL,
    chunk_id  bigint NOT NULL REFERENCES chunk,
    PRIMARY KEY (entity_id, chunk_id)
);

CREATE INDEX chunk_use_chunk ON chunk_use (chunk_id);

-- Writers take chunk ids in blocks of a thousand, as they do entity ids.
CREATE SEQUENCE chunk_block;
