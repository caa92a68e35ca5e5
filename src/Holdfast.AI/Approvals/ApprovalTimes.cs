namespace Holdfast.AI.Approvals;

/// <summary>How long a request waits and when the human is reminded, both counted from the request.</summary>
/// <param name="RemindAfter">When to remind. Times at or after the expiry are left out.</param>
/// <param name="ExpireAfter">When the wait ends without a decision.</param>
public sealed record ApprovalTimes(IReadOnlyList<TimeSpan> RemindAfter, TimeSpan ExpireAfter)
{
    /// <summary>Reminds after 4 and 20 hours and expires after 72.</summary>
    public static ApprovalTimes Default { get; } =
        new([TimeSpan.FromHours(4), TimeSpan.FromHours(20)], TimeSpan.FromHours(72));

    internal IEnumerable<TimeSpan> Reminders =>
        RemindAfter.Where(after => after > TimeSpan.Zero && after < ExpireAfter).Distinct().Order();
}
