namespace Holdfast.Dashboard.Approvals;

/// <summary>Something to read before one decides. The value may have many lines.</summary>
internal sealed record ApprovalFact(string? Label, string? Value);
