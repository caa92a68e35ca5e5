namespace Holdfast.AI.Approvals;

/// <summary>How long a request waits, when the human is reminded and when others are brought in, all counted from the request.</summary>
/// <param name="RemindAfter">When to remind. Times at or after the expiry are left out.</param>
/// <param name="ExpireAfter">When the wait ends without a decision. It counts every hour, whatever <see cref="Hours"/> says: the world does not wait.</param>
public sealed record ApprovalTimes(IReadOnlyList<TimeSpan> RemindAfter, TimeSpan ExpireAfter)
{
    /// <summary>Reminds after 4 and 20 hours and expires after 72.</summary>
    public static ApprovalTimes Default { get; } =
        new([TimeSpan.FromHours(4), TimeSpan.FromHours(20)], TimeSpan.FromHours(72));

    /// <summary>Whether the human is told as soon as the request is made, as a first reminder. Default: they find it in the inbox.</summary>
    public bool RemindAtOnce { get; init; }

    /// <summary>Who is brought in when nobody decides. Steps at or after the expiry are left out.</summary>
    public IReadOnlyList<EscalationStep> Escalation { get; init; } = [];

    /// <summary>When the people work. Given, reminders and escalations count working time alone. Absent, they count every hour.</summary>
    /// <remarks>The worker must have been set up with <see cref="ApprovalWorker.AddApprovals"/>, whose activity looks the hours up.</remarks>
    public BusinessHours? Hours { get; init; }

    /// <summary>What the expiry means. Default: nothing is decided, and what was asked for must not happen.</summary>
    public ExpiryOutcome OnExpiry { get; init; }

    // JSON written before there were escalations has none of them, and a null in it would be one.
    internal IReadOnlyList<EscalationStep> Steps => Escalation ?? [];

    internal IEnumerable<TimeSpan> Reminders =>
        RemindAfter.Where(after => after > TimeSpan.Zero && after < ExpireAfter).Distinct().Order();
}
