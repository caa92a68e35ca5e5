using Holdfast.AI.Models;
using Microsoft.Extensions.AI;

namespace Holdfast.AI.Chat;

/// <summary>The requests that a model call has made so far, over all attempts of its activity.</summary>
/// <param name="begun">Called when a request is about to be made.</param>
internal sealed class AttemptLog(ModelCallOrigin origin, IReadOnlyList<ChatAttempt> earlier, int attempt, TimeProvider time, Action? begun = null)
{
    private readonly Lock gate = new();
    // What was under way when an earlier attempt of the activity ended was never concluded: it is told as lost.
    private readonly List<ChatAttempt> attempts = [.. earlier];
    private long startedAt;
    private int asked;

    /// <summary>A copy, as of now. One that is under way is in it as <see cref="ChatAttempt.Lost"/>, which it is if nothing more is heard.</summary>
    public ChatAttempt[] All
    {
        get
        {
            lock (gate)
                return [.. attempts];
        }
    }

    public ModelCallOrigin Origin => origin;

    public int ActivityAttempt => attempt;

    /// <summary>The request that was begun last.</summary>
    public ChatAttempt Current
    {
        get
        {
            lock (gate)
                return attempts[^1];
        }
    }

    /// <summary>The call's next request, not yet begun.</summary>
    public ModelRequest Next(ChatTarget target, string? reference, ChatCredential? credential, ChatCall call, List<ChatMessage> messages, ChatOptions options)
    {
        // One that is refused before it is made has its number too.
        var number = ++asked;
        return new()
        {
            Id = origin.OwnsActivity
                ? ModelRequest.IdOf(origin.Namespace!, origin.RunId!, origin.ActivityId!, origin.ActivityAttempt, number)
                : $"plain/{Guid.CreateVersion7(time.GetUtcNow())}",
            Namespace = origin.Namespace,
            WorkflowId = origin.WorkflowId,
            RunId = origin.RunId,
            WorkflowType = origin.WorkflowType,
            ActivityId = origin.ActivityId,
            Place = !origin.OwnsActivity ? null : call.Place ?? $"{origin.Namespace}/{origin.RunId}/{origin.ActivityId}",
            ActivityAttempt = origin.ActivityAttempt,
            Number = number,
            Tenant = origin.Tenant,
            ModelName = call.Model,
            Provider = target.Provider,
            Model = target.Model,
            Credential = reference,
            CredentialId = credential?.Id,
            CredentialVersion = credential?.Version,
            CredentialKind = credential?.Kind,
            Messages = messages,
            Options = options,
            Streamed = call.Stream,
            StartedAt = time.GetUtcNow(),
            Earlier = earlier,
        };
    }

    public void Begin(ModelRequest request)
    {
        startedAt = time.GetTimestamp();
        lock (gate)
            attempts.Add(ChatAttempt.Of(request) with { StartedAt = time.GetUtcNow() });
        begun?.Invoke();
    }

    public void FirstToken()
    {
        if (Current.FirstTokenMs is null)
            Change(current => current with { FirstTokenMs = ElapsedMs });
    }

    /// <param name="cost">In US dollars; null: not known.</param>
    public void Answered(ChatResponse response, string? requestId, decimal? cost) => Change(current => current with
    {
        LatencyMs = ElapsedMs,
        Outcome = ChatAttempt.Answered,
        RequestId = requestId,
        Usage = response.Usage,
        CostUsd = cost,
    });

    public void Failed(ModelException exception) => Change(current => current with
    {
        LatencyMs = ElapsedMs,
        Outcome = exception.Kind,
        StatusCode = (int?)exception.StatusCode,
        RequestId = exception.RequestId,
        RetryAfterMs = (long?)exception.RetryAfter?.TotalMilliseconds,
        CostUsd = exception.IsFree ? 0 : null,
    });

    private long ElapsedMs => (long)time.GetElapsedTime(startedAt).TotalMilliseconds;

    private void Change(Func<ChatAttempt, ChatAttempt> change)
    {
        lock (gate)
            attempts[^1] = change(attempts[^1]);
    }
}
