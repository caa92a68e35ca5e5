namespace Holdfast.AI.Approvals;

/// <summary>What a workflow asks a human to allow.</summary>
public sealed record ApprovalRequest
{
    /// <summary>One line that tells this request from others in a list.</summary>
    public required string Subject { get; init; }

    /// <summary>Whom or what it is about, for a list: a customer, a system. Empty when there is no such one.</summary>
    public string From { get; init; } = "";

    /// <summary>The plain text that needs approval and that the human may edit.</summary>
    public required string Content { get; init; }

    /// <summary>What the human reads beside the content.</summary>
    public IReadOnlyList<ApprovalFact> Context { get; init; } = [];

    /// <summary>
    /// What is approved together with the content and cannot be edited: a recipient, a title, an amount. They go into
    /// <see cref="ApprovalOutcome.Seal"/> in this order, so that nothing else can be done under this approval.
    /// </summary>
    public IReadOnlyList<string> Bound { get; init; } = [];
}
