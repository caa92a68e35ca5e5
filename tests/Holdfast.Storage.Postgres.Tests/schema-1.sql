-- A database of schema version 1, as its program left it: an open run with a timer and a heartbeat, listed. SCHEMA stands for the schema's name.
CREATE SCHEMA SCHEMA;
SET search_path = SCHEMA;
CREATE TABLE holdfast_schema (version integer NOT NULL);
INSERT INTO holdfast_schema (version) VALUES (1);

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

CREATE UNIQUE INDEX entity_key ON entity (business_id, run_id, namespace_id);

CREATE INDEX entity_owes ON entity (shard, entity_id) WHERE owes;
CREATE INDEX entity_wake ON entity (shard, wake_at, entity_id) WHERE NOT owes AND wake_at IS NOT NULL;

CREATE SEQUENCE entity_block;

CREATE TABLE journal (
    entity_id      bigint NOT NULL,
    sequence       bigint NOT NULL,
    first_event_id bigint NOT NULL,
    last_event_id  bigint NOT NULL,
    records        bytea  NOT NULL,
    PRIMARY KEY (entity_id, sequence)
);

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
    close_time             bigint   NOT NULL,
    history_length         bigint   NOT NULL,
    history_size_bytes     bigint   NOT NULL,
    state_transition_count bigint   NOT NULL,
    parent_workflow_id     text     COLLATE "C" NOT NULL,
    parent_run_id          text     COLLATE "C" NOT NULL,
    root_workflow_id       text     COLLATE "C" NOT NULL,
    root_run_id            text     COLLATE "C" NOT NULL,
    namespace_division     text     COLLATE "C",
    attributes             jsonb,
    words                  jsonb,
    search_attributes      bytea,
    memo                   bytea
);

CREATE INDEX visibility_list ON visibility (namespace_id, close_time DESC, start_time DESC, run_id) INCLUDE (status, namespace_division);
CREATE INDEX visibility_workflow_id ON visibility (workflow_id);
CREATE INDEX visibility_attributes ON visibility USING gin (attributes jsonb_path_ops);

CREATE TABLE namespace (
    namespace_id      text COLLATE "C" PRIMARY KEY,
    name              text COLLATE "C" NOT NULL,
    settings          bytea NOT NULL,
    search_attributes text  NOT NULL
);

CREATE TABLE setting (
    name  text COLLATE "C" PRIMARY KEY,
    value text NOT NULL
);

CREATE TABLE shard (
    shard    integer PRIMARY KEY,
    range_id bigint  NOT NULL,
    owner    text    NOT NULL
);

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

INSERT INTO entity (entity_id, shard, kind, namespace_id, business_id, run_id, status, next_sequence, wake_at, owes)
VALUES (1, 3, 1, '9f5c7a0e-0000-4000-8000-000000000001', 'order-1', 'run-1', 1, 3, 17723664000000000, false);
SELECT nextval('entity_block');
INSERT INTO journal (entity_id, sequence, first_event_id, last_event_id, records) VALUES (1, 1, 1, 2, 'first'), (1, 2, 3, 4, 'next');
INSERT INTO slot (entity_id, name, value) VALUES (1, 'heartbeat:5', 'half');
INSERT INTO current_run (namespace_id, workflow_id, run_id) VALUES ('9f5c7a0e-0000-4000-8000-000000000001', 'order-1', 'run-1');
INSERT INTO visibility (
    entity_id, namespace_id, workflow_id, run_id, workflow_type, task_queue, status, start_time, execution_time, close_time, history_length,
    history_size_bytes, state_transition_count, parent_workflow_id, parent_run_id, root_workflow_id, root_run_id)
VALUES (
    1, '9f5c7a0e-0000-4000-8000-000000000001', 'order-1', 'run-1', 'Order', 'orders', 1, 17723664000000000, 17723664000000000, 9223372036854775807, 0,
    0, 0, '', '', '', '');
INSERT INTO namespace (namespace_id, name, settings, search_attributes) VALUES ('9f5c7a0e-0000-4000-8000-000000000001', 'shop', '', '{}');
INSERT INTO setting (name, value) VALUES ('shards', '16');
INSERT INTO shard (shard, range_id, owner) VALUES (3, 7, 'an older server');
