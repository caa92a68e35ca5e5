using Holdfast.AI.Models;
using Microsoft.Extensions.AI;

namespace Holdfast.AI.Chat;

/// <summary>The requests that a model call has made so far, over all attempts of its activity.</summary>
/// <param name="begun">Called when a request is about to be made.</param>
internal sealed class AttemptLog(IReadOnlyList<ChatAttempt> earlier, int attempt, TimeProvider time, Action<ChatAttempt[]>? begun = null)
{
    private readonly Lock gate = new();
    // What was under way when an earlier attempt of the activity ended was never concluded: it is told as lost.
    private readonly List<ChatAttempt> attempts = [.. earlier];
    private long startedAt;

    /// <summary>A copy, as of now. One that is under way is in it as <see cref="ChatAttempt.Lost"/>, which it is if nothing more is heard.</summary>
    public ChatAttempt[] All
    {
        get
        {
            lock (gate)
                return [.. attempts];
        }
    }

    public int ActivityAttempt => attempt;

    public void Begin(ChatTarget target, string? credential)
    {
        startedAt = time.GetTimestamp();
        lock (gate)
        {
            attempts.Add(new()
            {
                Attempt = attempt,
                Provider = target.Provider,
                Model = target.Model,
                Credential = credential,
                StartedAt = time.GetUtcNow(),
                Outcome = ChatAttempt.Lost,
            });
        }

        begun?.Invoke(All);
    }

    public void FirstToken()
    {
        if (Current.FirstTokenMs is null)
            Change(current => current with { FirstTokenMs = ElapsedMs });
    }

    public void Answered(ChatResponse response, string? requestId) => Change(current => current with
    {
        LatencyMs = ElapsedMs,
        Outcome = ChatAttempt.Answered,
        RequestId = requestId,
        Usage = response.Usage,
    });

    public void Failed(ModelException exception) => Change(current => current with
    {
        LatencyMs = ElapsedMs,
        Outcome = exception.Kind,
        StatusCode = (int?)exception.StatusCode,
        RequestId = exception.RequestId,
    });

    private long ElapsedMs => (long)time.GetElapsedTime(startedAt).TotalMilliseconds;

    private ChatAttempt Current
    {
        get
        {
            lock (gate)
                return attempts[^1];
        }
    }

    private void Change(Func<ChatAttempt, ChatAttempt> change)
    {
        lock (gate)
            attempts[^1] = change(attempts[^1]);
    }
}
