using System.Globalization;
using Holdfast.AI.Database;
using Microsoft.Data.Sqlite;

namespace Holdfast.AI.Vault;

/// <summary>A credential with its newest version, as it is stored.</summary>
internal sealed record CredentialRow
{
    private const string Select =
        """
        SELECT c.id, c.tenant, c.workflow_type, c.name, c.provider, c.status, c.version, c.refused, c.refused_at, c.created_by, c.created_at,
               c.verified_at, c.last_used_at, c.expires_at, v.base_url, v.secret, v.dek_id, v.last4, v.fingerprint, v.created_at
        FROM credential c JOIN credential_version v ON v.credential_id = c.id AND v.version = c.version
        WHERE c.deleted_at IS NULL AND
        """;

    public required string Id { get; init; }

    public required string Tenant { get; init; }

    public required string WorkflowType { get; init; }

    public required string Name { get; init; }

    public required string Provider { get; init; }

    /// <summary>Without <see cref="CredentialStatus.Expired"/>, which only time tells.</summary>
    public required CredentialStatus Stored { get; init; }

    public required int Version { get; init; }

    public required int Refused { get; init; }

    public DateTimeOffset? RefusedAt { get; init; }

    public required string CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? VerifiedAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public string? BaseUrl { get; init; }

    public byte[]? Sealed { get; init; }

    public required string DekId { get; init; }

    public required string Last4 { get; init; }

    public required string Fingerprint { get; init; }

    public required DateTimeOffset RotatedAt { get; init; }

    public CredentialStatus StatusAt(DateTimeOffset now) =>
        Stored is CredentialStatus.Unverified or CredentialStatus.Active or CredentialStatus.Quota && ExpiresAt <= now ? CredentialStatus.Expired : Stored;

    public static IReadOnlyList<CredentialRow> All(AITransaction transaction, string? tenant) =>
        transaction.Query($"{Select} ($tenant IS NULL OR c.tenant = $tenant) ORDER BY c.tenant, c.name, c.workflow_type", Of, ("$tenant", tenant));

    public static CredentialRow? ById(AITransaction transaction, string tenant, string id) =>
        transaction.Query($"{Select} c.tenant = $tenant AND c.id = $id", Of, ("$tenant", tenant), ("$id", id)).SingleOrDefault();

    public static CredentialRow? ByName(AITransaction transaction, string tenant, string name, string workflowType) =>
        transaction.Query($"{Select} c.tenant = $tenant AND c.name = $name AND c.workflow_type = $type", Of, ("$tenant", tenant), ("$name", name), ("$type", workflowType)).SingleOrDefault();

    /// <summary>The one that a run of this type uses: its own before the tenant's.</summary>
    public static CredentialRow? For(AITransaction transaction, string tenant, string name, string? workflowType) =>
        transaction.Query(
            $"{Select} c.tenant = $tenant AND c.name = $name AND c.workflow_type IN ('', $type) ORDER BY c.workflow_type DESC LIMIT 1",
            Of, ("$tenant", tenant), ("$name", name), ("$type", workflowType ?? "")).SingleOrDefault();

    public static IReadOnlyList<CredentialRow> SealedWith(AITransaction transaction, string dekId) =>
        transaction.Query($"{Select} v.dek_id = $dek AND v.secret IS NOT NULL", Of, ("$dek", dekId));

    public CredentialView View(DateTimeOffset now) => new()
    {
        Id = Id,
        Tenant = Tenant,
        Name = Name,
        WorkflowType = WorkflowType.Length == 0 ? null : WorkflowType,
        Provider = Provider,
        BaseUrl = BaseUrl is null ? null : new(BaseUrl),
        Status = StatusAt(now),
        Version = Version,
        Last4 = Last4,
        Fingerprint = Fingerprint,
        CreatedBy = CreatedBy,
        CreatedAt = CreatedAt,
        RotatedAt = RotatedAt,
        VerifiedAt = VerifiedAt,
        LastUsedAt = LastUsedAt,
        ExpiresAt = ExpiresAt,
    };

    /// <summary>
    /// What a secret is sealed for. With it a row that is copied to another tenant, credential or version does not open, and neither does one whose
    /// endpoint was changed: who may write to the database cannot have keys sent elsewhere.
    /// </summary>
    public string Context => ContextOf(Tenant, Id, Provider, Version, DekId, BaseUrl);

    public static string ContextOf(string tenant, string id, string provider, int version, string dekId, string? baseUrl) =>
        $"v1|{tenant}|{id}|{provider}|{version}|{dekId}|{baseUrl}";

    public static string Text(CredentialStatus status) => status.ToString().ToLowerInvariant();

    public static string Text(DateTimeOffset time) => time.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);

    public static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static CredentialRow Of(SqliteDataReader row) => new()
    {
        Id = row.GetString(0),
        Tenant = row.GetString(1),
        WorkflowType = row.GetString(2),
        Name = row.GetString(3),
        Provider = row.GetString(4),
        Stored = Enum.Parse<CredentialStatus>(row.GetString(5), ignoreCase: true),
        Version = row.GetInt32(6),
        Refused = row.GetInt32(7),
        RefusedAt = OptionalTime(row, 8),
        CreatedBy = row.GetString(9),
        CreatedAt = Time(row.GetString(10)),
        VerifiedAt = OptionalTime(row, 11),
        LastUsedAt = OptionalTime(row, 12),
        ExpiresAt = OptionalTime(row, 13),
        BaseUrl = row.IsDBNull(14) ? null : row.GetString(14),
        Sealed = row.IsDBNull(15) ? null : (byte[])row[15],
        DekId = row.GetString(16),
        Last4 = row.GetString(17),
        Fingerprint = row.GetString(18),
        RotatedAt = Time(row.GetString(19)),
    };

    private static DateTimeOffset? OptionalTime(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : Time(row.GetString(column));
}
