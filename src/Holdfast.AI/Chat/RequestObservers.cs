using Holdfast.AI.Models;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.AI.Chat;

/// <summary>Tells all observers of a request.</summary>
internal sealed partial class RequestObservers(IEnumerable<IModelRequestObserver> observers, ILogger<RequestObservers>? logger = null)
{
    private readonly IModelRequestObserver[] observers = [.. observers];
    private readonly ILogger logger = logger ?? NullLogger<RequestObservers>.Instance;

    /// <exception cref="ModelException">One of them keeps it from being made.</exception>
    public async Task BeginAsync(ModelRequest request, CancellationToken cancellationToken)
    {
        for (var told = 0; told < observers.Length; told++)
        {
            try
            {
                await observers[told].BeginAsync(request, cancellationToken);
            }
            catch (Exception exception)
            {
                var attempt = ChatAttempt.Of(request) with { Outcome = exception is ModelException refusal ? refusal.Kind : ChatAttempt.Lost };
                await EndAsync(observers[..told], request, attempt, null);
                throw;
            }
        }
    }

    public Task EndAsync(ModelRequest request, ChatAttempt attempt, ChatResponse? response) => EndAsync(observers, request, attempt, response);

    private async Task EndAsync(IModelRequestObserver[] told, ModelRequest request, ChatAttempt attempt, ChatResponse? response)
    {
        foreach (var observer in told)
        {
            try
            {
                await observer.EndAsync(request, attempt, response);
            }
            catch (Exception exception)
            {
                LogUntold(logger, observer.GetType().Name, request.Id, exception);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Observer} could not take down the end of the model request {Request}")]
    private static partial void LogUntold(ILogger logger, string observer, string request, Exception exception);
}
