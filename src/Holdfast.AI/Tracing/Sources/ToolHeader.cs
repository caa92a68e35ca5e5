using Google.Protobuf;
using Holdfast.AI.Chat;
using Temporalio.Api.Common.V1;
using Temporalio.Worker.Interceptors;

namespace Holdfast.AI.Tracing.Sources;

/// <summary>Marks the activities that carry out a model's tool calls, so that the worker that runs them, which may be another, shows them as tools.</summary>
internal sealed class ToolHeader(WorkflowOutboundInterceptor next) : WorkflowOutboundInterceptor(next)
{
    private const string Name = "holdfast-tool";

    private static readonly Payload Mark = new()
    {
        Metadata = { ["encoding"] = ByteString.CopyFromUtf8("json/plain") },
        Data = ByteString.CopyFromUtf8("true"),
    };

    public static bool IsOn(IReadOnlyDictionary<string, Payload>? headers) => headers?.ContainsKey(Name) is true;

    public override Task<TResult> ScheduleActivityAsync<TResult>(ScheduleActivityInput input)
    {
        if (input.Options.ActivityId is not { } id || !ToolCalls.IsOne(id))
            return base.ScheduleActivityAsync<TResult>(input);

        var headers = input.Headers is null ? [] : new Dictionary<string, Payload>(input.Headers);
        headers[Name] = Mark;
        return base.ScheduleActivityAsync<TResult>(input with { Headers = headers });
    }
}
