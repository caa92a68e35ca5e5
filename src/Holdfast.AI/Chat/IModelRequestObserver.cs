using Microsoft.Extensions.AI;

namespace Holdfast.AI.Chat;

/// <summary>
/// Told of each request to a provider, before it is made and after it ended: for what is counted, limited or traced. Register it as a
/// singleton; all that are registered are told, in the order of their registration.
/// </summary>
public interface IModelRequestObserver
{
    /// <summary>Before the request. The request is made once all observers have returned.</summary>
    /// <remarks>
    /// An exception keeps the request from being made: a <see cref="Models.ModelException"/> says whether and when the call is worth another
    /// try. Observers after this one then hear nothing of the request; those before it hear its end, with the exception's kind as outcome.
    /// </remarks>
    ValueTask BeginAsync(ModelRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// After the request, whatever became of it. Not called when this process dies meanwhile: the call's next attempt, if there is
    /// one, then has the request among its <see cref="ModelRequest.Earlier"/>, as lost.
    /// </summary>
    /// <remarks>An exception is logged and changes nothing: an answer that was paid for is not thrown away.</remarks>
    /// <param name="attempt">How it ended. The outcome <see cref="ChatAttempt.Lost"/> means that it was cancelled or cut off.</param>
    /// <param name="response">The answer, as it goes into the history; null when there is none.</param>
    ValueTask EndAsync(ModelRequest request, ChatAttempt attempt, ChatResponse? response);
}
