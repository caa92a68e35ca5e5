using System.Collections.Concurrent;
using Holdfast.AI.Chat;
using Microsoft.Extensions.AI;

namespace Holdfast.AI.Tests.Chat;

/// <summary>Keeps what it is told of requests.</summary>
internal sealed class RecordingObserver : IModelRequestObserver
{
    public ConcurrentQueue<ModelRequest> Begun { get; } = [];

    public ConcurrentQueue<(ModelRequest Request, ChatAttempt Attempt, string? Answer)> Ended { get; } = [];

    /// <summary>What is thrown when a request begins.</summary>
    public Func<ModelRequest, Exception?> Refuse { get; init; } = _ => null;

    /// <summary>What is thrown when a request ends.</summary>
    public Exception? FailAtEnd { get; init; }

    public ValueTask BeginAsync(ModelRequest request, CancellationToken cancellationToken)
    {
        Begun.Enqueue(request);
        return Refuse(request) is { } refusal ? throw refusal : default;
    }

    public ValueTask EndAsync(ModelRequest request, ChatAttempt attempt, ChatResponse? response)
    {
        Ended.Enqueue((request, attempt, response?.Text));
        return FailAtEnd is { } failure ? throw failure : default;
    }
}
