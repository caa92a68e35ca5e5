using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Benchmarks.Load;

/// <summary>
/// The few calls that a worker and a client make, straight over gRPC: no SDK stands between the
/// measurement and the server. Counts what was answered.
/// </summary>
/// <remarks>
/// One channel is one HTTP/2 connection. Few connections with many streams make the cheapest client:
/// frames of many calls then share one write, on both sides.
/// </remarks>
internal sealed class WorkflowServiceCalls : IDisposable
{
    private const string Service = "temporal.api.workflowservice.v1.WorkflowService";

    // What SDK cores give a long poll, and everything else.
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(70);
    private static readonly TimeSpan Call = TimeSpan.FromSeconds(30);

    private static readonly Method<GetSystemInfoRequest, GetSystemInfoResponse> GetSystemInfoMethod =
        Unary<GetSystemInfoRequest, GetSystemInfoResponse>("GetSystemInfo", GetSystemInfoResponse.Parser);
    private static readonly Method<StartWorkflowExecutionRequest, StartWorkflowExecutionResponse> StartWorkflowMethod =
        Unary<StartWorkflowExecutionRequest, StartWorkflowExecutionResponse>("StartWorkflowExecution", StartWorkflowExecutionResponse.Parser);
    private static readonly Method<GetWorkflowExecutionHistoryRequest, GetWorkflowExecutionHistoryResponse> GetHistoryMethod =
        Unary<GetWorkflowExecutionHistoryRequest, GetWorkflowExecutionHistoryResponse>("GetWorkflowExecutionHistory", GetWorkflowExecutionHistoryResponse.Parser);
    private static readonly Method<PollWorkflowTaskQueueRequest, PollWorkflowTaskQueueResponse> PollWorkflowTaskMethod =
        Unary<PollWorkflowTaskQueueRequest, PollWorkflowTaskQueueResponse>("PollWorkflowTaskQueue", PollWorkflowTaskQueueResponse.Parser);
    private static readonly Method<PollActivityTaskQueueRequest, PollActivityTaskQueueResponse> PollActivityTaskMethod =
        Unary<PollActivityTaskQueueRequest, PollActivityTaskQueueResponse>("PollActivityTaskQueue", PollActivityTaskQueueResponse.Parser);
    private static readonly Method<RespondWorkflowTaskCompletedRequest, RespondWorkflowTaskCompletedResponse> CompleteWorkflowTaskMethod =
        Unary<RespondWorkflowTaskCompletedRequest, RespondWorkflowTaskCompletedResponse>("RespondWorkflowTaskCompleted", RespondWorkflowTaskCompletedResponse.Parser);
    private static readonly Method<RespondActivityTaskCompletedRequest, RespondActivityTaskCompletedResponse> CompleteActivityTaskMethod =
        Unary<RespondActivityTaskCompletedRequest, RespondActivityTaskCompletedResponse>("RespondActivityTaskCompleted", RespondActivityTaskCompletedResponse.Parser);

    private static readonly Method<SignalWorkflowExecutionRequest, SignalWorkflowExecutionResponse> SignalWorkflowMethod =
        Unary<SignalWorkflowExecutionRequest, SignalWorkflowExecutionResponse>("SignalWorkflowExecution", SignalWorkflowExecutionResponse.Parser);
    private static readonly Method<DescribeWorkflowExecutionRequest, DescribeWorkflowExecutionResponse> DescribeWorkflowMethod =
        Unary<DescribeWorkflowExecutionRequest, DescribeWorkflowExecutionResponse>("DescribeWorkflowExecution", DescribeWorkflowExecutionResponse.Parser);

    private static readonly Method<RespondActivityTaskFailedRequest, RespondActivityTaskFailedResponse> FailActivityTaskMethod =
        Unary<RespondActivityTaskFailedRequest, RespondActivityTaskFailedResponse>("RespondActivityTaskFailed", RespondActivityTaskFailedResponse.Parser);
    private static readonly Method<UpdateWorkflowExecutionRequest, UpdateWorkflowExecutionResponse> UpdateWorkflowMethod =
        Unary<UpdateWorkflowExecutionRequest, UpdateWorkflowExecutionResponse>("UpdateWorkflowExecution", UpdateWorkflowExecutionResponse.Parser);
    private static readonly Method<RegisterNamespaceRequest, RegisterNamespaceResponse> RegisterNamespaceMethod =
        Unary<RegisterNamespaceRequest, RegisterNamespaceResponse>("RegisterNamespace", RegisterNamespaceResponse.Parser);

    private readonly GrpcChannel _channel;
    private readonly CallInvoker _invoker;
    private readonly ConcurrentDictionary<string, long> _answered;

    /// <param name="address">The server's address, as <c>http://host:port</c>.</param>
    /// <param name="answered">Where to count answered calls by method; shared by all connections.</param>
    public WorkflowServiceCalls(string address, ConcurrentDictionary<string, long> answered)
    {
        _answered = answered;
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            MaxReceiveMessageSize = null,
            HttpHandler = new SocketsHttpHandler
            {
                // Only opens a second connection where a server allows fewer streams than are wanted.
                EnableMultipleHttp2Connections = true,
                PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
                UseProxy = false,
            },
            DisposeHttpClient = true,
        });
        _invoker = _channel.CreateCallInvoker();
    }

    public Task<GetSystemInfoResponse> GetSystemInfoAsync(CancellationToken cancel) =>
        SendAsync(GetSystemInfoMethod, new(), Call, cancel);

    public Task<StartWorkflowExecutionResponse> StartWorkflowAsync(StartWorkflowExecutionRequest request, CancellationToken cancel) =>
        SendAsync(StartWorkflowMethod, request, Call, cancel);

    public Task<GetWorkflowExecutionHistoryResponse> GetHistoryAsync(GetWorkflowExecutionHistoryRequest request, CancellationToken cancel) =>
        SendAsync(GetHistoryMethod, request, LongPoll, cancel);

    public Task<PollWorkflowTaskQueueResponse> PollWorkflowTaskAsync(PollWorkflowTaskQueueRequest request, CancellationToken cancel) =>
        SendAsync(PollWorkflowTaskMethod, request, LongPoll, cancel);

    public Task<PollActivityTaskQueueResponse> PollActivityTaskAsync(PollActivityTaskQueueRequest request, CancellationToken cancel) =>
        SendAsync(PollActivityTaskMethod, request, LongPoll, cancel);

    public Task<RespondWorkflowTaskCompletedResponse> CompleteWorkflowTaskAsync(RespondWorkflowTaskCompletedRequest request, CancellationToken cancel) =>
        SendAsync(CompleteWorkflowTaskMethod, request, Call, cancel);

    public Task<RespondActivityTaskCompletedResponse> CompleteActivityTaskAsync(RespondActivityTaskCompletedRequest request, CancellationToken cancel) =>
        SendAsync(CompleteActivityTaskMethod, request, Call, cancel);

    public Task<SignalWorkflowExecutionResponse> SignalWorkflowAsync(SignalWorkflowExecutionRequest request, CancellationToken cancel) =>
        SendAsync(SignalWorkflowMethod, request, Call, cancel);

    public Task<DescribeWorkflowExecutionResponse> DescribeWorkflowAsync(DescribeWorkflowExecutionRequest request, CancellationToken cancel) =>
        SendAsync(DescribeWorkflowMethod, request, Call, cancel);

    public Task<RespondActivityTaskFailedResponse> FailActivityTaskAsync(RespondActivityTaskFailedRequest request, CancellationToken cancel) =>
        SendAsync(FailActivityTaskMethod, request, Call, cancel);

    public Task<UpdateWorkflowExecutionResponse> UpdateWorkflowAsync(UpdateWorkflowExecutionRequest request, CancellationToken cancel) =>
        SendAsync(UpdateWorkflowMethod, request, LongPoll, cancel);

    public Task<RegisterNamespaceResponse> RegisterNamespaceAsync(RegisterNamespaceRequest request, CancellationToken cancel) =>
        SendAsync(RegisterNamespaceMethod, request, Call, cancel);

    public void Dispose() => _channel.Dispose();

    private async Task<TResponse> SendAsync<TRequest, TResponse>(
        Method<TRequest, TResponse> method, TRequest request, TimeSpan limit, CancellationToken cancel)
        where TRequest : class
        where TResponse : class
    {
        using var call = _invoker.AsyncUnaryCall(
            method, null, new CallOptions(deadline: DateTime.UtcNow + limit, cancellationToken: cancel), request);
        var response = await call.ResponseAsync.ConfigureAwait(false);
        _answered.AddOrUpdate(method.Name, 1, static (_, count) => count + 1);
        return response;
    }

    private static Method<TRequest, TResponse> Unary<TRequest, TResponse>(string name, MessageParser<TResponse> parser)
        where TRequest : class, IMessage
        where TResponse : class, IMessage<TResponse> =>
        new(
            MethodType.Unary,
            Service,
            name,
            new Marshaller<TRequest>(
                static (message, context) =>
                {
                    context.SetPayloadLength(message.CalculateSize());
                    message.WriteTo(context.GetBufferWriter());
                    context.Complete();
                },
                static _ => throw new NotSupportedException("A client does not read requests.")),
            new Marshaller<TResponse>(
                static (_, _) => throw new NotSupportedException("A client does not write responses."),
                context => parser.ParseFrom(context.PayloadAsReadOnlySequence())));
}
