using System.Globalization;
using System.Text.Json.Serialization;
using Temporalio.Exceptions;

namespace Holdfast.AI.Approvals;

/// <summary>
/// The argument of the workflow <see cref="ApprovalNames.Workflow"/>: a request and its times, in JSON that any language writes easily.
/// Durations are a number and <c>s</c>, <c>m</c>, <c>h</c> or <c>d</c>. Nothing is required by its type, so that a missing field is
/// refused with a sentence.
/// </summary>
public sealed record ApprovalOrder
{
    /// <summary>Required. See <see cref="ApprovalRequest"/> for this and the next ones.</summary>
    [JsonPropertyName("subject")]
    public string? Subject { get; init; }

    [JsonPropertyName("from")]
    public string? From { get; init; }

    /// <summary>Required.</summary>
    [JsonPropertyName("content")]
    public string? Content { get; init; }

    [JsonPropertyName("context")]
    public IReadOnlyList<ApprovalFact>? Context { get; init; }

    [JsonPropertyName("bound")]
    public IReadOnlyList<string>? Bound { get; init; }

    [JsonPropertyName("assignees")]
    public IReadOnlyList<string>? Assignees { get; init; }

    [JsonPropertyName("quorum")]
    public int? Quorum { get; init; }

    [JsonPropertyName("requestedBy")]
    public string? RequestedBy { get; init; }

    [JsonPropertyName("fourEyes")]
    public bool FourEyes { get; init; }

    /// <summary>Default <c>["4h", "20h"]</c>.</summary>
    [JsonPropertyName("remindAfter")]
    public IReadOnlyList<string>? RemindAfter { get; init; }

    /// <summary>Default <c>72h</c>.</summary>
    [JsonPropertyName("expireAfter")]
    public string? ExpireAfter { get; init; }

    [JsonPropertyName("onExpiry")]
    public ExpiryOutcome OnExpiry { get; init; }

    [JsonPropertyName("escalation")]
    public IReadOnlyList<ApprovalOrderStep>? Escalation { get; init; }

    [JsonPropertyName("businessHours")]
    public BusinessHours? BusinessHours { get; init; }

    /// <exception cref="ApplicationFailureException">Something is missing or malformed; the message names it.</exception>
    internal (ApprovalRequest Request, ApprovalTimes Times) Read()
    {
        var request = new ApprovalRequest
        {
            Subject = Required("subject", Subject),
            From = From ?? "",
            Content = Content ?? throw Invalid("content is missing."),
            Context = Context ?? [],
            Bound = Bound ?? [],
            Assignees = Assignees ?? [],
            Quorum = Quorum ?? 1,
            RequestedBy = RequestedBy,
            FourEyes = FourEyes,
        };
        var usual = ApprovalTimes.Default;
        var times = new ApprovalTimes(
            RemindAfter is { } reminders ? [.. reminders.Select(after => Duration("remindAfter", after))] : usual.RemindAfter,
            ExpireAfter is { } expiry ? Duration("expireAfter", expiry) : usual.ExpireAfter)
        {
            RemindAtOnce = true,
            OnExpiry = OnExpiry,
            Hours = BusinessHours,
            Escalation = [.. (Escalation ?? []).Select(step => new EscalationStep(Duration("escalation.after", step.After), step.AssignTo ?? []))],
        };
        return (request, times);
    }

    private static string Required(string name, string? value) => string.IsNullOrWhiteSpace(value) ? throw Invalid($"{name} is missing.") : value;

    private static TimeSpan Duration(string name, string? text)
    {
        var unit = text is { Length: > 1 } ? text[^1] switch
        {
            's' => TimeSpan.FromSeconds(1),
            'm' => TimeSpan.FromMinutes(1),
            'h' => TimeSpan.FromHours(1),
            'd' => TimeSpan.FromDays(1),
            _ => TimeSpan.Zero,
        }
        : TimeSpan.Zero;
        return unit > TimeSpan.Zero && int.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 && count <= 1_000_000
            ? unit * count
            : throw Invalid($"{name} is \"{text}\"; expected is a duration such as \"4h\" or \"3d\".");
    }

    private static ApplicationFailureException Invalid(string problem) =>
        new($"This approval cannot be asked for: {problem}", errorType: "ApprovalInvalidRequest", nonRetryable: true);
}
