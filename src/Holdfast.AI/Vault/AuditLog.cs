using Holdfast.AI.Database;

namespace Holdfast.AI.Vault;

/// <summary>The audit's table. Its triggers refuse changes and deletions.</summary>
internal static class AuditLog
{
    public static void Add(AITransaction transaction, CredentialAuditEntry entry) => transaction.Execute(
        """
        INSERT INTO credential_audit (at, tenant, credential_id, version, action, who, address, run_id, activity_id, result)
        VALUES ($at, $tenant, $credential, $version, $action, $who, $address, $run, $activity, $result)
        """,
        ("$at", CredentialRow.Text(entry.At)), ("$tenant", entry.Tenant), ("$credential", entry.CredentialId), ("$version", entry.Version), ("$action", entry.Action),
        ("$who", entry.Who), ("$address", entry.Address), ("$run", entry.RunId), ("$activity", entry.ActivityId), ("$result", entry.Result));

    /// <summary>Whether a run has such an entry already: what every call would repeat is entered once per run.</summary>
    public static bool Has(AITransaction transaction, string runId, string credentialId, int version, string action) => transaction.Query(
        "SELECT 1 FROM credential_audit WHERE run_id = $run AND credential_id = $credential AND version = $version AND action = $action LIMIT 1",
        _ => 1, ("$run", runId), ("$credential", credentialId), ("$version", version), ("$action", action)).Count > 0;

    /// <summary>Newest first.</summary>
    public static IReadOnlyList<CredentialAuditEntry> Read(AITransaction transaction, string? tenant, string? credentialId, long before, int limit) => transaction.Query(
        """
        SELECT sequence, at, tenant, credential_id, version, action, who, address, run_id, activity_id, result FROM credential_audit
        WHERE sequence < $before AND ($tenant IS NULL OR tenant = $tenant) AND ($credential IS NULL OR credential_id = $credential)
        ORDER BY sequence DESC LIMIT $limit
        """,
        row =>
        {
            string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);
            return new CredentialAuditEntry(
                row.GetInt64(0), CredentialRow.Time(row.GetString(1)), row.GetString(2), Text(3), row.IsDBNull(4) ? null : row.GetInt32(4), row.GetString(5),
                row.GetString(6), Text(7), Text(8), Text(9), row.GetString(10));
        },
        ("$before", before), ("$tenant", tenant), ("$credential", credentialId), ("$limit", limit));
}
