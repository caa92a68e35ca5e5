using Holdfast.AI.Database;

namespace Holdfast.AI.Vault;

/// <summary>
/// The tenants' keys that requests are using now. When one is revoked, the requests are broken off: at once when it happens in this process, and
/// otherwise when the database is asked next, which happens only while there are any.
/// </summary>
internal sealed class ActiveKeys : IDisposable
{
    private readonly Lock gate = new();
    private readonly HashSet<VaultCredential> active = [];
    private readonly AIDatabase database;
    private readonly TimeSpan interval;
    private readonly ITimer timer;

    public ActiveKeys(CredentialVault vault, AIDatabase database, VaultOptions options, TimeProvider time)
    {
        this.database = database;
        interval = options.RevocationCheck;
        timer = time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        vault.Withdrawn += Withdraw;
    }

    public void Add(VaultCredential credential)
    {
        lock (gate)
        {
            active.Add(credential);
            if (active.Count == 1)
                timer.Change(interval, interval);
        }
    }

    public void Remove(VaultCredential credential)
    {
        lock (gate)
        {
            if (active.Remove(credential) && active.Count == 0)
                timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose() => timer.Dispose();

    private void Look()
    {
        string[] ids;
        lock (gate)
            ids = [.. active.Select(credential => credential.Row.Id).Distinct(StringComparer.Ordinal)];
        try
        {
            foreach (var id in database.Read(transaction => ids.Where(id => IsRevoked(transaction, id)).ToArray()))
                Withdraw(id);
        }
        catch (Microsoft.Data.Sqlite.SqliteException)
        {
            // A busy or missing database revokes nothing. The next look asks again, and no new request gets a key meanwhile.
        }
    }

    private static bool IsRevoked(AITransaction transaction, string id) =>
        transaction.Query("SELECT 1 FROM credential WHERE id = $id AND status = 'revoked'", _ => 1, ("$id", id)).Count > 0;

    private void Withdraw(string id)
    {
        VaultCredential[] withdrawn;
        lock (gate)
            withdrawn = [.. active.Where(credential => credential.Row.Id == id)];
        foreach (var credential in withdrawn)
            credential.Withdraw();
    }
}
