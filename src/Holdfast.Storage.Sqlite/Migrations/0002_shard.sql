-- Who may write to a shard. The range id grows with every owner; a commit that shows an earlier one is refused.
CREATE TABLE shard (
    shard    INTEGER PRIMARY KEY,
    range_id INTEGER NOT NULL,
    owner    TEXT    NOT NULL
) STRICT;
