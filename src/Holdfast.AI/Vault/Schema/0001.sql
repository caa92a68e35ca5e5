-- Data keys, one active per tenant, each wrapped by a key that is not in this file. The row of tenant '' holds what fingerprints are made with.
CREATE TABLE tenant_dek (
    id TEXT NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL,
    kek_id TEXT NOT NULL,
    wrapped BLOB,                       -- NULL once destroyed
    state TEXT NOT NULL CHECK (state IN ('active', 'decrypt_only', 'destroyed')),
    created_at TEXT NOT NULL,
    CHECK ((state = 'destroyed') = (wrapped IS NULL))
);
CREATE UNIQUE INDEX tenant_dek_active ON tenant_dek (tenant) WHERE state = 'active';

CREATE TABLE credential (
    id TEXT NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL,
    workflow_type TEXT NOT NULL,        -- '' = for all workflow types of the tenant
    name TEXT NOT NULL,                 -- the reference that models name
    provider TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('unverified', 'active', 'invalid', 'quota', 'revoked')),
    version INTEGER NOT NULL,           -- the newest
    refused INTEGER NOT NULL,           -- how often in a row the provider refused this version
    refused_at TEXT,
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    verified_at TEXT,
    last_used_at TEXT,
    expires_at TEXT,
    deleted_at TEXT
);
CREATE UNIQUE INDEX credential_name ON credential (tenant, name, workflow_type) WHERE deleted_at IS NULL;

CREATE TABLE credential_version (
    credential_id TEXT NOT NULL REFERENCES credential (id),
    version INTEGER NOT NULL,
    base_url TEXT,                      -- NULL = the provider's own. Bound to the secret: another address needs the secret again
    secret BLOB,                        -- NULL once superseded, revoked or deleted
    dek_id TEXT NOT NULL REFERENCES tenant_dek (id),
    last4 TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (credential_id, version)
);
CREATE INDEX credential_version_dek ON credential_version (dek_id) WHERE secret IS NOT NULL;
CREATE INDEX credential_version_fingerprint ON credential_version (fingerprint);

CREATE TABLE tenant_key_policy (
    tenant TEXT NOT NULL PRIMARY KEY,
    platform_keys TEXT NOT NULL CHECK (platform_keys IN ('never', 'when_missing', 'when_unusable'))
);

CREATE TABLE credential_audit (
    sequence INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    tenant TEXT NOT NULL,
    credential_id TEXT,
    version INTEGER,
    action TEXT NOT NULL,
    who TEXT NOT NULL,
    address TEXT,
    run_id TEXT,
    activity_id TEXT,
    result TEXT NOT NULL
);
CREATE INDEX credential_audit_credential ON credential_audit (credential_id, sequence);
CREATE INDEX credential_audit_tenant ON credential_audit (tenant, sequence);
CREATE INDEX credential_audit_run ON credential_audit (run_id, credential_id, action) WHERE run_id IS NOT NULL;
CREATE TRIGGER credential_audit_is_not_changed BEFORE UPDATE ON credential_audit BEGIN SELECT raise(ABORT, 'The audit is only added to.'); END;
CREATE TRIGGER credential_audit_is_not_deleted BEFORE DELETE ON credential_audit BEGIN SELECT raise(ABORT, 'The audit is only added to.'); END;
