CREATE TABLE budget (
    id            TEXT    NOT NULL PRIMARY KEY,
    tenant        TEXT    NOT NULL,      -- '*': each tenant has one of its own
    workflow_type TEXT,                  -- null: all
    period        TEXT    NOT NULL,      -- run, month, total
    amount        INTEGER NOT NULL,      -- billionths of a US dollar
    unknown_price TEXT    NOT NULL       -- allow, refuse
);

-- What a budget is for one tenant and one period. Made by its first request, out of the requests that are there.
CREATE TABLE budget_account (
    budget        TEXT    NOT NULL,
    tenant        TEXT    NOT NULL,
    key           TEXT    NOT NULL,      -- the run's id, the month, or empty
    topped_up     INTEGER NOT NULL DEFAULT 0,
    spent         INTEGER NOT NULL,      -- known costs of ended requests
    reserved      INTEGER NOT NULL,      -- for requests under way
    uncertain     INTEGER NOT NULL,      -- what was reserved for ended requests whose cost is not known
    unknown       INTEGER NOT NULL,      -- how many those are
    alerted       INTEGER NOT NULL DEFAULT 0, -- the highest percentage that was told
    PRIMARY KEY (budget, tenant, key)
);

CREATE TABLE budget_event (
    number        INTEGER PRIMARY KEY AUTOINCREMENT,
    at            INTEGER NOT NULL,      -- Unix milliseconds
    kind          TEXT    NOT NULL,
    budget        TEXT    NOT NULL,
    tenant        TEXT    NOT NULL,
    key           TEXT    NOT NULL,
    by            TEXT,
    amount        INTEGER,
    text          TEXT    NOT NULL
);
