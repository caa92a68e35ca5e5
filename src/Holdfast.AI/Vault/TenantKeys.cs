using System.Globalization;
using System.Security.Cryptography;
using Holdfast.AI.Database;

namespace Holdfast.AI.Vault;

/// <summary>
/// The tenants' data keys. Unwrapped ones are not kept: with a key file unwrapping takes microseconds, and what is not kept cannot leak.
/// </summary>
internal sealed class TenantKeys(AIDatabase database, IKeyWrapper wrapper, TimeProvider time)
{
    /// <summary>The owner of the key that fingerprints are made with.</summary>
    public const string Platform = "";

    /// <summary>The key to seal with; made when the tenant has none.</summary>
    public async Task<DataKey> ActiveAsync(string tenant, CancellationToken cancellationToken)
    {
        if (Active(tenant) is not { } id)
        {
            await AddAsync(tenant, cancellationToken);
            id = Active(tenant)!;
        }

        return await OpenAsync(tenant, id, cancellationToken);
    }

    /// <exception cref="VaultException"><see cref="VaultFailure.Undecryptable"/>: it is another tenant's, or destroyed.</exception>
    public async Task<DataKey> OpenAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        var rows = database.Read(transaction => transaction.Query(
            "SELECT kek_id, wrapped FROM tenant_dek WHERE id = $id AND tenant = $tenant AND state <> 'destroyed'",
            row => (Kek: row.GetString(0), Wrapped: (byte[])row[1]),
            ("$id", id), ("$tenant", tenant)));
        return rows is [var (kek, wrapped)]
            ? new(id, await wrapper.UnwrapAsync(kek, wrapped, Context(tenant, id), cancellationToken))
            : throw new VaultException(VaultFailure.Undecryptable, $"The tenant {tenant} has no data key {id}: it was destroyed, or the row was copied from elsewhere.");
    }

    /// <summary>Gives the tenant a new key; the one it had only opens from now on. Not done again while an earlier one still has boxes to open.</summary>
    /// <returns>The ids of the keys whose boxes are to be sealed anew.</returns>
    public async Task<IReadOnlyList<string>> ReplaceAsync(string tenant, CancellationToken cancellationToken)
    {
        if (Outgoing(tenant) is { Count: > 0 } begun)
            return begun;

        var (id, wrapped) = await MakeAsync(tenant, cancellationToken);
        database.Write(transaction =>
        {
            // Also asked here, because another process may rotate at the same time.
            if (transaction.Query("SELECT 1 FROM tenant_dek WHERE tenant = $tenant AND state = 'decrypt_only'", _ => 1, ("$tenant", tenant)).Count > 0)
                return;
            transaction.Execute("UPDATE tenant_dek SET state = 'decrypt_only' WHERE tenant = $tenant AND state = 'active'", ("$tenant", tenant));
            Insert(transaction, tenant, id, wrapped);
        });
        return Outgoing(tenant);
    }

    /// <summary>Destroys a key that only opens, unless something still needs it.</summary>
    public void Retire(string id) => database.Write(transaction => transaction.Execute(
        """
        UPDATE tenant_dek SET state = 'destroyed', wrapped = NULL WHERE id = $id AND state = 'decrypt_only'
        AND NOT EXISTS (SELECT 1 FROM credential_version WHERE dek_id = $id AND secret IS NOT NULL)
        """,
        ("$id", id)));

    /// <summary>Wraps every key anew that another key than today's has wrapped. Cut off in the middle, it goes on when called again.</summary>
    /// <returns>How many were wrapped anew.</returns>
    public async Task<int> RewrapAsync(CancellationToken cancellationToken)
    {
        var rows = database.Read(transaction => transaction.Query(
            "SELECT id, tenant, kek_id, wrapped FROM tenant_dek WHERE state <> 'destroyed' AND kek_id <> $kek",
            row => (Id: row.GetString(0), Tenant: row.GetString(1), Kek: row.GetString(2), Wrapped: (byte[])row[3]),
            ("$kek", wrapper.KeyId)));
        var done = 0;
        foreach (var row in rows)
        {
            var key = await wrapper.UnwrapAsync(row.Kek, row.Wrapped, Context(row.Tenant, row.Id), cancellationToken);
            var wrapped = await wrapper.WrapAsync(key, Context(row.Tenant, row.Id), cancellationToken);
            CryptographicOperations.ZeroMemory(key);
            done += database.Write(transaction => transaction.Execute(
                "UPDATE tenant_dek SET kek_id = $kek, wrapped = $wrapped WHERE id = $id AND kek_id = $old AND state <> 'destroyed'",
                ("$kek", wrapper.KeyId), ("$wrapped", wrapped), ("$id", row.Id), ("$old", row.Kek)));
        }

        return done;
    }

    /// <summary>Destroys all keys of a tenant, and with them all that they sealed.</summary>
    public static void Destroy(AITransaction transaction, string tenant) => transaction.Execute(
        "UPDATE tenant_dek SET state = 'destroyed', wrapped = NULL WHERE tenant = $tenant AND state <> 'destroyed'", ("$tenant", tenant));

    /// <summary>Whether new boxes may still be sealed with a key: asked in the transaction that stores one.</summary>
    public static bool IsActive(AITransaction transaction, string id) =>
        transaction.Query("SELECT 1 FROM tenant_dek WHERE id = $id AND state = 'active'", _ => 1, ("$id", id)).Count > 0;

    private string? Active(string tenant) => database.Read(transaction =>
        transaction.Query("SELECT id FROM tenant_dek WHERE tenant = $tenant AND state = 'active'", row => row.GetString(0), ("$tenant", tenant))).SingleOrDefault();

    private IReadOnlyList<string> Outgoing(string tenant) => database.Read(transaction =>
        transaction.Query("SELECT id FROM tenant_dek WHERE tenant = $tenant AND state = 'decrypt_only'", row => row.GetString(0), ("$tenant", tenant)));

    private async Task AddAsync(string tenant, CancellationToken cancellationToken)
    {
        var (id, wrapped) = await MakeAsync(tenant, cancellationToken);
        database.Write(transaction =>
        {
            if (transaction.Query("SELECT 1 FROM tenant_dek WHERE tenant = $tenant AND state = 'active'", _ => 1, ("$tenant", tenant)).Count == 0)
                Insert(transaction, tenant, id, wrapped);
        });
    }

    private async Task<(string Id, byte[] Wrapped)> MakeAsync(string tenant, CancellationToken cancellationToken)
    {
        var id = $"dek_{Guid.CreateVersion7(time.GetUtcNow()):N}";
        using var key = new DataKey(id, RandomNumberGenerator.GetBytes(32));
        return (id, await wrapper.WrapAsync(key.Key, Context(tenant, id), cancellationToken));
    }

    private void Insert(AITransaction transaction, string tenant, string id, byte[] wrapped) => transaction.Execute(
        "INSERT INTO tenant_dek (id, tenant, kek_id, wrapped, state, created_at) VALUES ($id, $tenant, $kek, $wrapped, 'active', $now)",
        ("$id", id), ("$tenant", tenant), ("$kek", wrapper.KeyId), ("$wrapped", wrapped), ("$now", time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture)));

    private static string Context(string tenant, string id) => $"kek|{tenant}|{id}";
}
