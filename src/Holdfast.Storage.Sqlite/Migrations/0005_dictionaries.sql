-- What the rows of compacted runs are compressed with, learnt from such rows. Kept for ever: rows name the one that they need.
CREATE TABLE dictionary (
    dictionary_id INTEGER PRIMARY KEY,
    -- SHA-256 of the data.
    hash          BLOB    NOT NULL,
    data          BLOB    NOT NULL
) STRICT;
