using System.Collections.Concurrent;
using System.ComponentModel;
using Holdfast.AI.Chat;
using Temporalio.Activities;
using Temporalio.Exceptions;

namespace Holdfast.AI.Tests.Chat;

/// <summary>Tools of a shop's agent.</summary>
public sealed class ShopTools
{
    private int meetings;
    private readonly TaskCompletionSource met = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How often <see cref="MeetAsync"/> was begun, tries counted.</summary>
    public int Meetings => meetings;

    /// <summary>The idempotency keys of all calls, in order.</summary>
    public ConcurrentQueue<string> Keys { get; } = [];

    [Activity]
    [Description("Finds an order.")]
    public Order FindOrder([Description("The order's number.")] int number, OrderFilter? filter = null)
    {
        Keys.Enqueue(ToolCalls.IdempotencyKey);
        return new(number, filter?.Country ?? "FR");
    }

    [Activity]
    public void CancelOrder(int number) =>
        throw new ApplicationFailureException($"Order {number} was sent already.", errorType: "Sent", nonRetryable: true);

    /// <summary>Ends when two calls of it are under way.</summary>
    [Activity]
    public async Task<string> MeetAsync()
    {
        if (Interlocked.Increment(ref meetings) == 2)
            met.SetResult();
        await met.Task.WaitAsync(TimeSpan.FromSeconds(20));
        return "met";
    }
}
