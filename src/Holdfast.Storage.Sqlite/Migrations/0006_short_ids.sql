-- How the runs of a namespace name it in the other tables: short, because each run does so five times. Null for namespaces that were there before, whose
-- runs name them by their id. Where there is a key, run ids that are UUIDs are short as well: '~' and 22 digits of 6 bits, which sort as the UUIDs do; and a
-- run that is its own root has '~' for its root's run id.
ALTER TABLE namespace ADD COLUMN key TEXT;

CREATE UNIQUE INDEX namespace_key ON namespace (key);
