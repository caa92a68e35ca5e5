using Holdfast.AI.Chat;
using Temporalio.Common;
using Temporalio.Workflows;

namespace Holdfast.EmailSupport.Workflows;

/// <summary>How long each step may take and how often it is tried.</summary>
internal static class StepOptions
{
    // A worker that dies is noticed within this time, however long a step may take.
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>A model call: six tries within an hour, more slowly each time. Then a person takes over.</summary>
    public static DurableChatOptions Model => new()
    {
        Activity = new()
        {
            StartToCloseTimeout = TimeSpan.FromMinutes(3),
            ScheduleToCloseTimeout = TimeSpan.FromHours(1),
            HeartbeatTimeout = Heartbeat,
            RetryPolicy = DurableChatOptions.DefaultRetries,
        },
        // A mail does not wait for hours in silence where a person could answer it.
        LongestRateLimitWait = TimeSpan.Zero,
    };

    /// <summary>The model call that writes the draft: whoever looks at the case may watch it.</summary>
    public static DurableChatOptions Writer => Model with { Stream = true };

    /// <summary>Sending: for a day, as mail servers do among themselves.</summary>
    public static ActivityOptions Send => new()
    {
        StartToCloseTimeout = TimeSpan.FromMinutes(2),
        ScheduleToCloseTimeout = TimeSpan.FromHours(24),
        HeartbeatTimeout = Heartbeat,
        RetryPolicy = new RetryPolicy
        {
            InitialInterval = TimeSpan.FromSeconds(2),
            BackoffCoefficient = 3,
            MaximumInterval = TimeSpan.FromHours(1),
        },
    };

    /// <summary>Looking something up: in a file of this machine, or at the server. What stays away for minutes is done without.</summary>
    public static ActivityOptions LookUp => new()
    {
        StartToCloseTimeout = TimeSpan.FromSeconds(30),
        ScheduleToCloseTimeout = TimeSpan.FromMinutes(5),
        RetryPolicy = new RetryPolicy { InitialInterval = TimeSpan.FromSeconds(1), MaximumAttempts = 5 },
    };

    /// <summary>A reminder is late rather than useful after some minutes, and the wait for the decision stands still meanwhile.</summary>
    public static ActivityOptions Reminder => new()
    {
        StartToCloseTimeout = TimeSpan.FromMinutes(1),
        ScheduleToCloseTimeout = TimeSpan.FromMinutes(5),
        RetryPolicy = new RetryPolicy { MaximumAttempts = 3 },
    };
}
