using Holdfast.AI.Costs;
using Holdfast.AI.Models;
using Holdfast.AI.Waiting;
using Microsoft.Extensions.AI;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Holdfast.AI.Chat;

/// <summary>Carries out each model call of a workflow as one activity.</summary>
internal sealed class ModelActivityClient(string model, DurableChatOptions durable, List<ChatAttempt>? attempts = null, bool stream = false)
{
    // Each look is an activity in the history, which has to bear a wait of weeks.
    private static readonly TimeSpan LongestLook = TimeSpan.FromHours(1);

    private readonly List<ChatAttempt> attempts = attempts ?? [];

    public IReadOnlyList<ChatAttempt> Attempts => attempts;

    /// <summary>The same client with its answers watched. Attempts of both are kept together.</summary>
    public ModelActivityClient Streaming() => new(model, durable, attempts, stream: true);

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        var call = ChatCall.Of(model, messages, options, stream || durable.Stream) with { Tries = Tries };
        var look = durable.LookAgainAfter;
        // What it took to get this answer.
        List<ChatAttempt> took = [];
        while (true)
        {
            TimeSpan wait;
            try
            {
                var answer = await Workflow.ExecuteActivityAsync<ChatAnswer>(ChatActivity.Name, [call], ActivityOptions(cancellationToken));
                attempts.AddRange(answer.Attempts);
                if (answer.CostAttributes)
                    RunCosts.Add([.. took, .. answer.Attempts]);
                return answer.Response;
            }
            catch (ActivityFailureException failure) when (failure.InnerException is TimeoutFailureException { LastHeartbeatDetails.Count: > 0 } timeout)
            {
                attempts.AddRange(timeout.LastHeartbeatDetails.ElementAt<ChatAttempt[]>(0) ?? []);
                throw;
            }
            catch (ActivityFailureException failure) when (failure.InnerException is ApplicationFailureException cause)
            {
                var failed = cause.Details.Count > 0 ? cause.Details.ElementAt<ChatAttempt[]>(0) ?? [] : [];
                attempts.AddRange(failed);
                took.AddRange(failed);
                if (WaitsFor(cause) is { } missing)
                {
                    await RunWaits.Current.ForAsync(missing, look, cancellationToken.CanBeCanceled ? cancellationToken : null);
                    look = look * 2 > LongestLook ? LongestLook : look * 2;
                    continue;
                }

                if (cause.ErrorType == ModelFailureKind.CapacityWaiting && cause.NextRetryDelay is { } turn)
                {
                    // The call's place in the queue is kept: it lasts as long as it takes, and the run with it.
                    call = call with { Place = cause.Details.Count > 1 ? cause.Details.ElementAt<string>(1) : null };
                    await Workflow.DelayAsync(turn, cancellationToken.CanBeCanceled ? cancellationToken : null);
                    continue;
                }

                if (cause.ErrorType != ModelFailureKind.RateLimitedLong || cause.NextRetryDelay is not { } asked || asked > durable.LongestRateLimitWait)
                    throw;
                wait = asked;
            }

            // Hours are a timer's work: no retry is used up and no worker is kept meanwhile.
            await Workflow.DelayAsync(wait, cancellationToken.CanBeCanceled ? cancellationToken : null);
        }
    }

    private static string? WaitsFor(ApplicationFailureException cause) =>
        cause.ErrorType is ModelFailureKind.CredentialWaiting or ModelFailureKind.BudgetExhausted && cause.Details.Count > 1
            ? cause.Details.ElementAt<string>(1)
            : null;

    // A call that is to be tried once has one attempt: for a second one, however little it did, people would be surprised.
    private int? Tries => durable.Activity.RetryPolicy?.MaximumAttempts switch
    {
        1 => null,
        { } most => most,
        null => 0,
    };

    private ActivityOptions ActivityOptions(CancellationToken cancellationToken)
    {
        var activity = (ActivityOptions)durable.Activity.Clone();
        activity.Summary ??= model;
        if (Tries is > 0 and var tries)
            activity.RetryPolicy = activity.RetryPolicy! with { MaximumAttempts = tries + ChatActivity.MaxWaits };
        if (cancellationToken.CanBeCanceled)
            activity.CancellationToken = cancellationToken;
        return activity;
    }
}
