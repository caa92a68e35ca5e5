-- Open runs are written as they come, and closed ones are compressed by the server: to try once more was a sixth of PostgreSQL's CPU. Rows of up to 8 KB stay
-- in the table.
ALTER TABLE journal ALTER COLUMN records SET STORAGE EXTERNAL, SET (toast_tuple_target = 8160);

-- The first of an entity's journal rows whose last event id is this one or a later one, or next_sequence when there is none: found by halving, since event
-- ids grow with the sequence. Rows without events (last event id 0) lie in between and are passed over.
CREATE FUNCTION row_of_event(entity bigint, event_id bigint, next_sequence bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    low bigint := 1;
    high bigint := next_sequence;
    middle bigint;
    found_sequence bigint;
    found_event_id bigint;
BEGIN
    WHILE low < high LOOP
        middle := (low + high) / 2;
        SELECT j.sequence, j.last_event_id INTO found_sequence, found_event_id
        FROM journal j WHERE j.entity_id = entity AND j.sequence >= middle AND j.last_event_id > 0 ORDER BY j.sequence LIMIT 1;
        IF NOT FOUND OR found_event_id >= event_id THEN
            high := middle;
        ELSE
            low := found_sequence + 1;
        END IF;
    END LOOP;
    RETURN coalesce(
        (SELECT j.sequence FROM journal j WHERE j.entity_id = entity AND j.sequence >= low AND j.last_event_id > 0 ORDER BY j.sequence LIMIT 1),
        next_sequence);
END
$$;
