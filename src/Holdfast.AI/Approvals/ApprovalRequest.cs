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

    /// <summary>
    /// Who may decide: people by the name they decide under, such as <c>ada@shop.example</c>, and groups as <c>group:NAME</c>. Empty:
    /// anybody who can reach the workflow. Who is in a group is known to the front end that takes the decision, at the time it is taken.
    /// </summary>
    public IReadOnlyList<string> Assignees { get; init; } = [];

    /// <summary>How many different people must approve the same text, 1 to 20. One rejection rejects. Default 1.</summary>
    public int Quorum { get; init; } = 1;

    /// <summary>Who asks, or wrote what is asked for. Shown, and with <see cref="FourEyes"/> kept from deciding.</summary>
    public string? RequestedBy { get; init; }

    /// <summary>Whether <see cref="RequestedBy"/> may not decide: nobody approves their own.</summary>
    public bool FourEyes { get; init; }
}
