using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Holdfast.Engine;
using Holdfast.Runtime;
using Holdfast.Storage;
using Microsoft.Extensions.Logging;

namespace Holdfast.Server.Frontend;

/// <summary>
/// Answers for what nobody expected. A fault of the server becomes INTERNAL with a reference into the log, never its own text; a call that
/// its client gave up becomes CANCELLED, one that came while the database was away UNAVAILABLE.
/// </summary>
internal sealed partial class Faults(Admission admission, ILogger<Faults> logger)
{
    public async Task<TReply> AnswerAsync<TService, TRequest, TReply>(
        UnaryServerMethod<TService, TRequest, TReply> call, TService service, TRequest request, ServerCallContext context)
        where TService : class
        where TRequest : class
        where TReply : class
    {
        var bytes = admission.Enter(request);
        try
        {
            return await call(service, request, context);
        }
        catch (RpcException)
        {
            throw;
        }
        catch (RequestRefusedException refused)
        {
            throw Refused.With(refused.Refusal);
        }
        catch (StoreUnavailableException away)
        {
            throw Refused.With(Refusal.Unavailable(away.Message));
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Cancelled, "context canceled"));
        }
        catch (Exception fault)
        {
            // The reference is the same for the same fault at the same place, while the server runs, so that repetitions are recognised as one.
            var reference = (uint)string.GetHashCode($"{fault.GetType()} {fault.StackTrace}", StringComparison.Ordinal);
            LogFault(logger, context.Method, reference.ToString("x8", null), fault);
            throw Refused.With(new Refusal(RefusalCode.Internal, $"something went wrong, please retry ({reference:x8})"));
        }
        finally
        {
            admission.Leave(bytes);
        }
    }

    [LoggerMessage(LogLevel.Error, "{Method} failed unexpectedly, reference {Reference}")]
    private static partial void LogFault(ILogger logger, string method, string reference, Exception fault);
}
