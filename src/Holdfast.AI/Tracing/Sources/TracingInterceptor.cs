using Temporalio.Worker.Interceptors;

namespace Holdfast.AI.Tracing.Sources;

/// <summary>Sees a worker's activities.</summary>
internal sealed class TracingInterceptor(ActivityTracer tracer) : IWorkerInterceptor
{
    public WorkflowInboundInterceptor InterceptWorkflow(WorkflowInboundInterceptor nextInterceptor) => new Inbound(nextInterceptor);

    public ActivityInboundInterceptor InterceptActivity(ActivityInboundInterceptor nextInterceptor) => new Activity(nextInterceptor, tracer);

    private sealed class Inbound(WorkflowInboundInterceptor next) : WorkflowInboundInterceptor(next)
    {
        public override void Init(WorkflowOutboundInterceptor outbound) => base.Init(new ToolHeader(outbound));
    }

    private sealed class Activity(ActivityInboundInterceptor next, ActivityTracer tracer) : ActivityInboundInterceptor(next)
    {
        public override Task<object?> ExecuteActivityAsync(ExecuteActivityInput input) => tracer.RunAsync(input, () => base.ExecuteActivityAsync(input));
    }
}
