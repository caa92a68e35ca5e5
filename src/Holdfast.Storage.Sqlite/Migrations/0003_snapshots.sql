-- Loading a run begins with the row of this sequence: 1, or the newest row that holds a snapshot of the whole state.
ALTER TABLE entity ADD COLUMN base_sequence INTEGER NOT NULL DEFAULT 1;

-- 1: a closed run whose journal rows were replaced by few compressed ones.
ALTER TABLE entity ADD COLUMN compacted INTEGER NOT NULL DEFAULT 0;

-- Closed runs that are still to be compacted; 1 is running, 8 paused.
CREATE INDEX entity_to_compact ON entity (shard) WHERE status > 1 AND status <> 8 AND NOT owes AND NOT compacted;
