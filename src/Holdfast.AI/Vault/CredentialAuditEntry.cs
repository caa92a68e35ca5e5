namespace Holdfast.AI.Vault;

/// <summary>Something that was done, or not allowed, with a credential. Entries are only ever added.</summary>
/// <param name="CredentialId">Null where it concerns the whole tenant.</param>
/// <param name="Action">
/// <c>create</c>, <c>rotate</c>, <c>verify</c>, <c>use</c> (once per run and version), <c>refused</c> (by the provider), <c>use_denied</c>,
/// <c>revoke</c>, <c>delete</c>, <c>policy</c>, <c>rotate_data_key</c>, <c>rewrap</c>, <c>destroy_tenant</c>.
/// </param>
public sealed record CredentialAuditEntry(
    long Sequence, DateTimeOffset At, string Tenant, string? CredentialId, int? Version, string Action, string Who, string? Address, string? RunId, string? ActivityId, string Result);
