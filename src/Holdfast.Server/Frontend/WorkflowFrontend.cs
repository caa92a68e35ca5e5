using Grpc.Core;
using Holdfast.Engine;
using Holdfast.Runtime;
using Holdfast.Server.Generated;
using Holdfast.Server.Hosting;
using Holdfast.Server.Namespaces;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Server.Frontend;

/// <summary>
/// <c>temporal.api.workflowservice.v1.WorkflowService</c>: each method resolves the namespace, checks the request, and passes it on to
/// whoever decides it. One file for each concern; what no file overrides answers UNIMPLEMENTED.
/// </summary>
internal sealed partial class WorkflowFrontend(RunningServer server) : WorkflowServiceBase
{
    private IShards Shards => server.Shards;

    private Namespace Resolve(string name) => server.Namespaces.Resolve(name).OrThrow();

    /// <summary>The target of a request that names an execution, in a namespace that exists.</summary>
    private WorkflowTarget Target(string ns, WorkflowExecution? execution)
    {
        var found = Resolve(ns);
        Requests.Execution(execution);
        return new WorkflowTarget(found.Id, execution!.WorkflowId, execution.RunId);
    }

    /// <summary>The token of a task that a worker answers, which must be of the namespace that the request names.</summary>
    private TaskToken Token(string ns, Google.Protobuf.ByteString bytes)
    {
        var named = ns.Length > 0 ? Resolve(ns) : null;
        if (named is null && bytes.IsEmpty)
            throw Refused.InvalidArgument("Namespace not set on request.");
        var token = Requests.Token(bytes);
        if (named is not null && token.NamespaceId != named.Id)
            throw Refused.InvalidArgument("Operation requested with a token from a different namespace.");
        return token;
    }

    private async Task<Told<TReply>> AskAsync<TReply>(IWorkflowRequest<TReply> request, ServerCallContext context)
    {
        var told = await Shards.AskAsync(request, context.CancellationToken);
        if (told.Answer.Refusal is { } refusal)
            throw Refused.With(refusal);
        return told;
    }

    private async Task<TReply> ReplyAsync<TReply>(IWorkflowRequest<TReply> request, ServerCallContext context) =>
        (await AskAsync(request, context)).Answer.Reply;

    /// <summary>A namespace that takes new workflows.</summary>
    private Namespace ResolveForStart(string name)
    {
        var found = Resolve(name);
        if (found.State != NamespaceState.Registered)
        {
            throw Refused.With(new Refusal(
                RefusalCode.FailedPrecondition,
                $"Namespace has invalid state: {found.State}. Must be Registered.",
                new Temporalio.Api.ErrorDetails.V1.NamespaceInvalidStateFailure
                {
                    Namespace = found.Name,
                    State = found.State,
                    AllowedStates = { NamespaceState.Registered },
                }));
        }

        return found;
    }
}
