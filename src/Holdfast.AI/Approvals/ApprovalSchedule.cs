namespace Holdfast.AI.Approvals;

/// <summary>When a request reminds and escalates, as instants that were settled once and for all when it was made.</summary>
/// <param name="Reminders">In order.</param>
/// <param name="Escalations">One for each step, in the steps' order.</param>
internal sealed record ApprovalSchedule(IReadOnlyList<DateTimeOffset> Reminders, IReadOnlyList<DateTimeOffset> Escalations)
{
    /// <summary>Every hour counts.</summary>
    public static ApprovalSchedule Of(ApprovalTimes times, DateTimeOffset at) =>
        new([.. times.Reminders.Select(after => at + after)], [.. times.Steps.Select(step => at + step.After)]);
}
