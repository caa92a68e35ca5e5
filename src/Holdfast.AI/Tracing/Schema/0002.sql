-- The project that an item goes to: '' the one of all, or the name of a tenant that has its own. What waited before goes where it would have gone.
ALTER TABLE trace_item ADD COLUMN project TEXT NOT NULL DEFAULT '';
ALTER TABLE trace_batch ADD COLUMN project TEXT NOT NULL DEFAULT '';

DROP INDEX trace_item_waiting;
CREATE INDEX trace_item_waiting ON trace_item (project, kind, seq) WHERE state = 1;
CREATE INDEX trace_item_oldest ON trace_item (project, seq) WHERE state = 1;
