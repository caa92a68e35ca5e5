-- Times are integers: 100 ns units since 1970-01-01 UTC, exact as everywhere else in the server; PostgreSQL's own count microseconds.
-- Texts are compared byte by byte (COLLATE "C"). The characters U+0000 and U+001B stand in them as U+001B '0' and U+001B 'e', because
-- PostgreSQL knows no U+0000.

-- The header of each durable entity: all that a restart has to scan. Kind 1 is a workflow run; its business id is the workflow id.
-- Small on purpose: it is rewritten with every transaction that touches the entity, so pages leave room for that.
CREATE TABLE entity (
    entity_id     bigint   PRIMARY KEY,
    shard         integer  NOT NULL,
    kind          smallint NOT NULL,
    namespace_id  text     COLLATE "C" NOT NULL,
    business_id   text     COLLATE "C" NOT NULL,
    run_id        text     COLLATE "C" NOT NULL,
    status        smallint NOT NULL,
    next_sequence bigint   NOT NULL,
    wake_at       bigint,
    owes          boolean  NOT NULL
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

-- Business id first: it also finds all runs of one workflow id.
CREATE UNIQUE INDEX entity_key ON entity (business_id, run_id, namespace_id);

-- An entity is in at most one of these two.
CREATE INDEX entity_owes ON entity (shard, entity_id) WHERE owes;
CREATE INDEX entity_wake ON entity (shard, wake_at, entity_id) WHERE NOT owes AND wake_at IS NOT NULL;

-- Writers take entity ids in blocks of a thousand: number N of this sequence stands for N * 1000 to N * 1000 + 999.
CREATE SEQUENCE entity_block;

-- Appended to and never updated.
CREATE TABLE journal (
    entity_id      bigint NOT NULL,
    sequence       bigint NOT NULL,
    first_event_id bigint NOT NULL,
    last_event_id  bigint NOT NULL,
    records        bytea  NOT NULL,
    PRIMARY KEY (entity_id, sequence)
);

-- Values that are overwritten in place, such as an activity's last heartbeat.
CREATE TABLE slot (
    entity_id bigint NOT NULL,
    name      text   COLLATE "C" NOT NULL,
    value     bytea  NOT NULL,
    PRIMARY KEY (entity_id, name)
) WITH (fillfactor = 70);

CREATE TABLE current_run (
    namespace_id text COLLATE "C" NOT NULL,
    workflow_id  text COLLATE "C" NOT NULL,
    run_id       text COLLATE "C" NOT NULL,
    PRIMARY KEY (namespace_id, workflow_id)
);

CREATE TABLE visibility (
    entity_id              bigint   PRIMARY KEY,
    namespace_id           text     COLLATE "C" NOT NULL,
    workflow_id            text     COLLATE "C" NOT NULL,
    run_id                 text     COLLATE "C" NOT NULL,
    workflow_type          text     COLLATE "C" NOT NULL,
    task_queue             text     COLLATE "C" NOT NULL,
    status                 smallint NOT NULL,
    start_time             bigint   NOT NULL,
    execution_time         bigint   NOT NULL,
    -- 9223372036854775807 while the run is open, so that open runs come first in the order of lists.
    close_time             bigint   NOT NULL,
    history_length         bigint   NOT NULL,
    history_size_bytes     bigint   NOT NULL,
    state_transition_count bigint   NOT NULL,
    parent_workflow_id     text     COLLATE "C" NOT NULL,
    parent_run_id          text     COLLATE "C" NOT NULL,
    root_workflow_id       text     COLLATE "C" NOT NULL,
    root_run_id            text     COLLATE "C" NOT NULL,
    -- Search attribute TemporalNamespaceDivision: unless asked for, lists hide the runs that have one.
    namespace_division     text     COLLATE "C",
    -- What filters look at: attribute name to value; an array for a keyword list, times as integers. Null when there are none.
    attributes             jsonb,
    -- Attribute name to the upper-case words of each text attribute. Null when there are none.
    words                  jsonb,
    -- What lists return: encoded temporal.api.common.v1.SearchAttributes and .Memo. Null when empty.
    search_attributes      bytea,
    memo                   bytea
);

-- The order of lists; the included columns make counts by status answer from the index alone.
CREATE INDEX visibility_list ON visibility (namespace_id, close_time DESC, start_time DESC, run_id) INCLUDE (status, namespace_division);
CREATE INDEX visibility_workflow_id ON visibility (workflow_id);
CREATE INDEX visibility_attributes ON visibility USING gin (attributes jsonb_path_ops);

CREATE TABLE namespace (
    namespace_id      text COLLATE "C" PRIMARY KEY,
    name              text COLLATE "C" NOT NULL,
    -- Encoded temporal.api.workflowservice.v1.DescribeNamespaceResponse.
    settings          bytea NOT NULL,
    -- Custom search attribute name to IndexedValueType.
    search_attributes text  NOT NULL
);

CREATE TABLE setting (
    name  text COLLATE "C" PRIMARY KEY,
    value text NOT NULL
);

-- Who may write to a shard. The range id grows with every owner; a commit that shows an earlier one is refused.
CREATE TABLE shard (
    shard    integer PRIMARY KEY,
    range_id bigint  NOT NULL,
    owner    text    NOT NULL
);

-- The first statement of every commit. The locks hold back whoever wants to take one of the shards over until the commit has ended, and the
-- range ids are read behind them: so either a takeover sees the whole commit, or the commit sees the takeover.
CREATE FUNCTION assert_range_ids(shards integer[], range_ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    lost integer;
BEGIN
    PERFORM 1 FROM shard WHERE shard.shard = ANY (shards) ORDER BY shard.shard FOR SHARE;
    SELECT claimed.shard INTO lost
    FROM unnest(shards, range_ids) AS claimed (shard, range_id) LEFT JOIN shard ON shard.shard = claimed.shard
    WHERE shard.range_id IS DISTINCT FROM claimed.range_id
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Shard % was taken over by another server.', lost USING ERRCODE = 'HF001';
    END IF;
END
$$;
