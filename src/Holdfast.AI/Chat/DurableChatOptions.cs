using Temporalio.Common;
using Temporalio.Workflows;

namespace Holdfast.AI.Chat;

/// <summary>How a workflow's model calls are made durable.</summary>
public sealed record DurableChatOptions
{
    /// <summary>How often a call is tried unless <see cref="Activity"/> says otherwise: six times, more slowly each time.</summary>
    public static RetryPolicy DefaultRetries => new()
    {
        InitialInterval = TimeSpan.FromSeconds(2),
        BackoffCoefficient = 2,
        MaximumInterval = TimeSpan.FromMinutes(1),
        MaximumAttempts = 6,
    };

    /// <summary>
    /// Timeouts, retries and task queue of each model call's activity. What a provider asks to wait takes the place of the retry policy's interval
    /// when it is longer. Set a task queue where only some workers hold keys.
    /// </summary>
    public ActivityOptions Activity { get; init; } = new()
    {
        StartToCloseTimeout = TimeSpan.FromMinutes(6),
        ScheduleToCloseTimeout = TimeSpan.FromHours(1),
        // A worker that dies is noticed within this time, however long an answer may take.
        HeartbeatTimeout = TimeSpan.FromSeconds(15),
        RetryPolicy = DefaultRetries,
    };

    /// <summary>Lets readers watch each answer while it is written. A call by <c>GetStreamingResponseAsync</c> is watched in any case.</summary>
    public bool Stream { get; init; }

    /// <summary>The most model calls of one request: a model that asks for tools again and again ends there.</summary>
    public int MaxModelCalls { get; init; } = 40;

    /// <summary>How often a model is asked again when its structured answer cannot be read.</summary>
    public int MaxRepairs { get; init; } = 2;

    /// <summary>
    /// When a call that waits for a key or a budget looks again unasked: after this, then twice as long, and so on up to an hour. Usually it is
    /// woken long before, by <see cref="Waiting.WaitingRuns.ResumeAsync"/>.
    /// </summary>
    public TimeSpan LookAgainAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The longest wait for a rate limit that lasts too long for the activity's retries (over 15 minutes). The workflow waits by a timer,
    /// at most this long, and then asks again; for a longer wait the call fails with <see cref="Models.ModelFailureKind.RateLimitedLong"/>.
    /// </summary>
    public TimeSpan LongestRateLimitWait { get; init; } = TimeSpan.FromHours(6);
}
