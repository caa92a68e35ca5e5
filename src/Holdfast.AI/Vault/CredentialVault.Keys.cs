namespace Holdfast.AI.Vault;

public sealed partial class CredentialVault
{
    /// <summary>
    /// Gives a tenant a new data key, seals its secrets with it, and destroys the old one. Nothing stops meanwhile. Cut off in the middle, it
    /// goes on when called again.
    /// </summary>
    /// <returns>How many secrets were sealed anew.</returns>
    public async Task<int> RotateDataKeyAsync(string tenant, VaultActor actor, CancellationToken cancellationToken = default)
    {
        CheckTenant(tenant);
        var done = 0;
        foreach (var old in await keys.ReplaceAsync(tenant, cancellationToken))
        {
            foreach (var row in database.Read(transaction => CredentialRow.SealedWith(transaction, old)))
            {
                var secret = await OpenAsync(row, cancellationToken);
                using var key = await keys.ActiveAsync(tenant, cancellationToken);
                var box = Seal(key, secret, CredentialRow.ContextOf(row.Tenant, row.Id, row.Provider, row.Version, key.Id, row.BaseUrl));
                // One that was rotated, revoked or deleted meanwhile has no old box any longer.
                done += database.Write(transaction => TenantKeys.IsActive(transaction, key.Id) ? transaction.Execute(
                    "UPDATE credential_version SET secret = $secret, dek_id = $dek WHERE credential_id = $id AND version = $version AND dek_id = $old AND secret IS NOT NULL",
                    ("$secret", box), ("$dek", key.Id), ("$id", row.Id), ("$version", row.Version), ("$old", old)) : 0);
            }

            keys.Retire(old);
        }

        database.Write(transaction => AuditLog.Add(transaction, Entry(tenant, null, null, "rotate_data_key", actor, $"{done} sealed anew")));
        database.Checkpoint();
        return done;
    }

    /// <summary>
    /// Wraps all data keys with today's wrapping key. Done once after the key file was replaced: afterwards the earlier file is not needed any
    /// longer. Nothing stops meanwhile. Cut off in the middle, it goes on when called again.
    /// </summary>
    /// <returns>How many data keys were wrapped anew.</returns>
    public async Task<int> RewrapAsync(VaultActor actor, CancellationToken cancellationToken = default)
    {
        var done = await keys.RewrapAsync(cancellationToken);
        database.Write(transaction => AuditLog.Add(transaction, Entry(TenantKeys.Platform, null, null, "rewrap", actor, $"{done} wrapped anew")));
        database.Checkpoint();
        return done;
    }

    /// <summary>
    /// Erases a tenant's keys for good: its data keys are destroyed, so that its secrets cannot be read from old backups of the database either,
    /// unless those and the wrapping key's file are both kept. The audit stays.
    /// </summary>
    public void DestroyTenant(string tenant, VaultActor actor)
    {
        CheckTenant(tenant);
        var gone = database.Write(transaction =>
        {
            var ids = transaction.Query("SELECT id FROM credential WHERE tenant = $tenant AND deleted_at IS NULL", row => row.GetString(0), ("$tenant", tenant));
            foreach (var id in ids)
                EraseSecrets(transaction, id);
            transaction.Execute(
                "UPDATE credential SET status = 'revoked', deleted_at = $now WHERE tenant = $tenant AND deleted_at IS NULL",
                ("$tenant", tenant), ("$now", CredentialRow.Text(time.GetUtcNow())));
            TenantKeys.Destroy(transaction, tenant);
            AuditLog.Add(transaction, Entry(tenant, null, null, "destroy_tenant", actor, $"{ids.Count} credentials"));
            return ids;
        });
        database.Checkpoint();
        foreach (var id in gone)
            Withdrawn?.Invoke(id);
    }
}
