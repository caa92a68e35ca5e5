using Holdfast.AI.Approvals;
using Holdfast.AI.Costs;
using Holdfast.AI.Tenants;
using Holdfast.AI.Waiting;
using Holdfast.EmailSupport.Workflows;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Holdfast.EmailSupport.Hosting;

/// <summary>The one connection to the server, made as soon as the server answers.</summary>
internal sealed partial class ServerLink(
    TemporalClientConnectOptions options, CostAttributes costs, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<ServerLink> logger)
    : BackgroundService
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource<ITemporalClient> connected = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The client, once the server answers.</summary>
    public Task<ITemporalClient> ClientAsync(CancellationToken cancellationToken) => connected.Task.WaitAsync(cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await StartedAsync(stoppingToken);
        var told = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var client = await TemporalClient.ConnectAsync(options);
                await RegisterAsync(client, stoppingToken);
                connected.SetResult(client);
                return;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                if (!told)
                    LogNoServer(logger, options.TargetHost!, exception.Message);
                told = true;
                await Task.Delay(RetryDelay, time, stoppingToken);
            }
        }
    }

    private async Task RegisterAsync(ITemporalClient client, CancellationToken cancellationToken)
    {
        await RegisterAsync(client, ApprovalNames.SearchAttribute, ApprovalRegistration.EnsureAsync, cancellationToken);
        await RegisterAsync(client, TenantNames.SearchAttribute, TenantRegistration.EnsureAsync, cancellationToken);
        await RegisterAsync(client, WaitingNames.SearchAttribute, WaitingRegistration.EnsureAsync, cancellationToken);
        await RegisterAsync(client, SupportAttributes.RepliedTo, SupportAttributes.EnsureAsync, cancellationToken);
        // Where they are refused, cases do without: nothing waits for them.
        await RegisterAsync(client, CostAttributes.CostUsd, costs.RegisterAsync, cancellationToken);
    }

    private async Task RegisterAsync(
        ITemporalClient client, string attribute, Func<ITemporalClient, CancellationToken, Task> register, CancellationToken cancellationToken)
    {
        try
        {
            await register(client, cancellationToken);
        }
        catch (RpcException exception) when (exception.Code is RpcException.StatusCode.PermissionDenied or RpcException.StatusCode.Unimplemented
            or RpcException.StatusCode.Unauthenticated)
        {
            LogNotRegistered(logger, attribute, client.Options.Namespace, exception.Message);
        }
    }

    // The server may be in this very process, and answers once the host has started.
    private async Task StartedAsync(CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(() => started.TrySetResult());
        await started.Task.WaitAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The server at {Target} does not answer yet: {Reason}. Trying again every two seconds")]
    private static partial void LogNoServer(ILogger logger, string target, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The search attribute {Attribute} (Keyword) cannot be registered in namespace {Namespace}: {Reason}. If it is not there, add it by the server's own means: workflows that need it wait until it is")]
    private static partial void LogNotRegistered(ILogger logger, string attribute, string @namespace, string reason);
}
