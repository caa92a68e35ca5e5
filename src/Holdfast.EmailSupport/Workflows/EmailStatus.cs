using Holdfast.AI.Approvals;
using Holdfast.EmailSupport.Triage;

namespace Holdfast.EmailSupport.Workflows;

/// <summary>Where an e-mail stands and what is known of it so far: the answer of the query <c>email_status</c> and, at the end, the result.</summary>
public sealed record EmailStatus
{
    public required EmailStep Step { get; init; }

    /// <summary>Why it stands there, in one sentence; empty when there is nothing to explain.</summary>
    public string Reason { get; init; } = "";

    public Classification? Classification { get; init; }

    /// <summary>The passages of the team's knowledge that were offered to the writer, by their ids, best first.</summary>
    public IReadOnlyList<string> Knowledge { get; init; } = [];

    public Draft? Draft { get; init; }

    /// <summary>What each rule says about sending the draft without a person; those that ask for one first. Empty while there is no draft.</summary>
    public IReadOnlyList<Decision> Decisions { get; init; } = [];

    /// <summary>The request for approval, if one was needed.</summary>
    public ApprovalView? Approval { get; init; }

    /// <summary>The Message-ID of the reply, once it is sent.</summary>
    public string? SentMessageId { get; init; }

    /// <summary>Who should have got a copy of the reply and did not, with the mail server's answer.</summary>
    public IReadOnlyList<string> CopiesRefused { get; init; } = [];

    /// <summary>The case that this one continues: its workflow id. It was closed when the mail came.</summary>
    public string? Predecessor { get; init; }

    /// <summary>The steps so far, oldest first.</summary>
    public IReadOnlyList<StepTaken> Timeline { get; init; } = [];

    /// <summary>The mails of the customer that joined this case, by their workflow ids, oldest first.</summary>
    public IReadOnlyList<string> Joined { get; init; } = [];
}
