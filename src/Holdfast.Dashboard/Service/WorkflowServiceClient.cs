using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Options;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Dashboard.Service;

/// <summary>
/// The dashboard's only way to the server: the public gRPC protocol, as any client uses it. It connects at the first
/// call and all viewers share the connection.
/// </summary>
internal sealed class WorkflowServiceClient(IOptions<HoldfastDashboardOptions> options, TimeProvider time) : IDisposable
{
    // Local and unary: an answer that takes longer is an answer that does not come.
    private static readonly TimeSpan UsualDeadline = TimeSpan.FromSeconds(10);

    // The server ends an idle long poll after 20 seconds.
    private static readonly TimeSpan LongPollDeadline = TimeSpan.FromSeconds(40);

    // A history page may carry many payloads of up to 2 MB; gRPC's default of 4 MB is a limit for requests.
    private const int LargestResponseBytes = 64 * 1024 * 1024;

    private static readonly Method<GetSystemInfoRequest, GetSystemInfoResponse> GetSystemInfo =
        Unary<GetSystemInfoRequest, GetSystemInfoResponse>(nameof(GetSystemInfo));

    private static readonly Method<ListNamespacesRequest, ListNamespacesResponse> ListNamespaces =
        Unary<ListNamespacesRequest, ListNamespacesResponse>(nameof(ListNamespaces));

    private static readonly Method<ListWorkflowExecutionsRequest, ListWorkflowExecutionsResponse> ListWorkflowExecutions =
        Unary<ListWorkflowExecutionsRequest, ListWorkflowExecutionsResponse>(nameof(ListWorkflowExecutions));

    private static readonly Method<CountWorkflowExecutionsRequest, CountWorkflowExecutionsResponse> CountWorkflowExecutions =
        Unary<CountWorkflowExecutionsRequest, CountWorkflowExecutionsResponse>(nameof(CountWorkflowExecutions));

    private static readonly Method<DescribeWorkflowExecutionRequest, DescribeWorkflowExecutionResponse> DescribeWorkflowExecution =
        Unary<DescribeWorkflowExecutionRequest, DescribeWorkflowExecutionResponse>(nameof(DescribeWorkflowExecution));

    private static readonly Method<GetWorkflowExecutionHistoryRequest, GetWorkflowExecutionHistoryResponse> GetWorkflowExecutionHistory =
        Unary<GetWorkflowExecutionHistoryRequest, GetWorkflowExecutionHistoryResponse>(nameof(GetWorkflowExecutionHistory));

    private static readonly Method<QueryWorkflowRequest, QueryWorkflowResponse> QueryWorkflow =
        Unary<QueryWorkflowRequest, QueryWorkflowResponse>(nameof(QueryWorkflow));

    private static readonly Method<UpdateWorkflowExecutionRequest, UpdateWorkflowExecutionResponse> UpdateWorkflowExecution =
        Unary<UpdateWorkflowExecutionRequest, UpdateWorkflowExecutionResponse>(nameof(UpdateWorkflowExecution));

    private static readonly Method<SignalWorkflowExecutionRequest, SignalWorkflowExecutionResponse> SignalWorkflowExecution =
        Unary<SignalWorkflowExecutionRequest, SignalWorkflowExecutionResponse>(nameof(SignalWorkflowExecution));

    private static readonly Method<RequestCancelWorkflowExecutionRequest, RequestCancelWorkflowExecutionResponse> RequestCancelWorkflowExecution =
        Unary<RequestCancelWorkflowExecutionRequest, RequestCancelWorkflowExecutionResponse>(nameof(RequestCancelWorkflowExecution));

    private static readonly Method<TerminateWorkflowExecutionRequest, TerminateWorkflowExecutionResponse> TerminateWorkflowExecution =
        Unary<TerminateWorkflowExecutionRequest, TerminateWorkflowExecutionResponse>(nameof(TerminateWorkflowExecution));

    private static readonly Method<DescribeTaskQueueRequest, DescribeTaskQueueResponse> DescribeTaskQueue =
        Unary<DescribeTaskQueueRequest, DescribeTaskQueueResponse>(nameof(DescribeTaskQueue));

    private readonly Lazy<(GrpcChannel Channel, CallInvoker Calls)> _connection = new(() =>
    {
        var channel = GrpcChannel.ForAddress(options.Value.Target, new GrpcChannelOptions
        {
            MaxReceiveMessageSize = LargestResponseBytes,
            // One connection carries 100 streams; long polls of many viewers take more.
            HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true },
            DisposeHttpClient = true,
        });
        return (channel, channel.CreateCallInvoker());
    });

    /// <summary>Where the server is looked for.</summary>
    public string Target => options.Value.Target;

    public Task<GetSystemInfoResponse> GetSystemInfoAsync(CancellationToken cancellation) =>
        CallAsync(GetSystemInfo, new(), UsualDeadline, cancellation);

    public Task<ListNamespacesResponse> ListNamespacesAsync(ListNamespacesRequest request, CancellationToken cancellation) =>
        CallAsync(ListNamespaces, request, UsualDeadline, cancellation);

    public Task<ListWorkflowExecutionsResponse> ListAsync(ListWorkflowExecutionsRequest request, CancellationToken cancellation) =>
        CallAsync(ListWorkflowExecutions, request, UsualDeadline, cancellation);

    public Task<CountWorkflowExecutionsResponse> CountAsync(CountWorkflowExecutionsRequest request, CancellationToken cancellation) =>
        CallAsync(CountWorkflowExecutions, request, UsualDeadline, cancellation);

    public Task<DescribeWorkflowExecutionResponse> DescribeAsync(DescribeWorkflowExecutionRequest request, CancellationToken cancellation) =>
        CallAsync(DescribeWorkflowExecution, request, UsualDeadline, cancellation);

    /// <summary>A page of history; with <c>WaitNewEvent</c> this may take as long as the server's long poll.</summary>
    public Task<GetWorkflowExecutionHistoryResponse> GetHistoryAsync(
        GetWorkflowExecutionHistoryRequest request, CancellationToken cancellation) =>
        CallAsync(GetWorkflowExecutionHistory, request, request.WaitNewEvent ? LongPollDeadline : UsualDeadline, cancellation);

    public Task<QueryWorkflowResponse> QueryAsync(QueryWorkflowRequest request, CancellationToken cancellation) =>
        CallAsync(QueryWorkflow, request, UsualDeadline, cancellation);

    /// <summary>Sends an update and waits as its wait policy says, at most for the server's long poll.</summary>
    public Task<UpdateWorkflowExecutionResponse> UpdateAsync(UpdateWorkflowExecutionRequest request, CancellationToken cancellation) =>
        CallAsync(UpdateWorkflowExecution, request, LongPollDeadline, cancellation);

    public Task<SignalWorkflowExecutionResponse> SignalAsync(SignalWorkflowExecutionRequest request, CancellationToken cancellation) =>
        CallAsync(SignalWorkflowExecution, request, UsualDeadline, cancellation);

    public Task<RequestCancelWorkflowExecutionResponse> RequestCancelAsync(
        RequestCancelWorkflowExecutionRequest request, CancellationToken cancellation) =>
        CallAsync(RequestCancelWorkflowExecution, request, UsualDeadline, cancellation);

    public Task<TerminateWorkflowExecutionResponse> TerminateAsync(
        TerminateWorkflowExecutionRequest request, CancellationToken cancellation) =>
        CallAsync(TerminateWorkflowExecution, request, UsualDeadline, cancellation);

    public Task<DescribeTaskQueueResponse> DescribeTaskQueueAsync(DescribeTaskQueueRequest request, CancellationToken cancellation) =>
        CallAsync(DescribeTaskQueue, request, UsualDeadline, cancellation);

    public void Dispose()
    {
        if (_connection.IsValueCreated)
            _connection.Value.Channel.Dispose();
    }

    private async Task<TResponse> CallAsync<TRequest, TResponse>(
        Method<TRequest, TResponse> method, TRequest request, TimeSpan deadline, CancellationToken cancellation)
        where TRequest : class
        where TResponse : class
    {
        var call = new CallOptions(deadline: time.GetUtcNow().UtcDateTime + deadline, cancellationToken: cancellation);
        try
        {
            return await _connection.Value.Calls.AsyncUnaryCall(method, null, call, request);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Cancelled && cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, cancellation);
        }
    }

    private static Method<TRequest, TResponse> Unary<TRequest, TResponse>(string name)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        new(MethodType.Unary, "temporal.api.workflowservice.v1.WorkflowService", name, Marshaller<TRequest>(), Marshaller<TResponse>());

    private static Marshaller<T> Marshaller<T>()
        where T : class, IMessage<T>, new()
    {
        var parser = new MessageParser<T>(() => new T());
        return Marshallers.Create(
            (T message, SerializationContext context) =>
            {
                context.SetPayloadLength(message.CalculateSize());
                message.WriteTo(context.GetBufferWriter());
                context.Complete();
            },
            context => parser.ParseFrom(context.PayloadAsReadOnlySequence()));
    }
}
