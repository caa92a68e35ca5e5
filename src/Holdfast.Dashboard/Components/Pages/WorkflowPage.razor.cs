using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Holdfast.Dashboard.Decoding;
using Holdfast.Dashboard.History;
using Holdfast.Dashboard.Service;
using Holdfast.Dashboard.Workflows;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.Workflow.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Dashboard.Components.Pages;

/// <summary>One run: what it is, what it waits for, and its history, which grows on the page as it grows on the server.</summary>
public sealed partial class WorkflowPage
{
    private const int EventsPerPage = 500;

    // More than a person reads; whoever does want them asks for the next lot.
    private const int EventsAtOnce = 5_000;

    private static readonly TimeSpan PauseAfterProblem = TimeSpan.FromSeconds(3);

    private DescribeWorkflowExecutionResponse? _description;
    private WorkflowExecutionInfo? _info;
    private int? _pollers;
    private Timeline _timeline = new();
    private CancellationTokenSource? _reading;
    private Problem? _historyProblem;
    private ByteString? _pausedAt;
    private Ask _asking;
    private string? _shown;

    private enum Ask
    {
        Nothing,
        Cancel,
        Terminate,
    }

    [SupplyParameterFromQuery(Name = "namespace")]
    public string? Namespace { get; set; }

    [SupplyParameterFromQuery]
    public string? Id { get; set; }

    /// <summary>The run; without one, the workflow's current or latest run.</summary>
    [SupplyParameterFromQuery]
    public string? Run { get; set; }

    [Inject]
    internal IOptions<HoldfastDashboardOptions> Options { get; set; } = null!;

    protected override bool IsFinal => _info is not null && !IsOpen;

    private string ShownNamespace => string.IsNullOrEmpty(Namespace) ? Options.Value.Namespace : Namespace;

    private bool IsOpen => _info is not null && StatusText.IsOpen(_info.Status);

    private bool NeedsWorker => IsOpen && _pollers == 0
        && (_description!.PendingWorkflowTask is not null || _description.PendingActivities.Any(activity => activity.State is PendingActivityState.Scheduled));

    private bool WaitsForApproval => IsOpen && SearchAttribute("HoldfastApproval") == "pending";

    // A convention of those who make model calls: "budget:NAME" or "credential:NAME" while a call waits for it.
    private string? WaitsFor => IsOpen && SearchAttribute("HoldfastWaiting") is { Length: > 0 } wanted
        ? wanted.Split(':', 2) switch
        {
            ["budget", var budget] => $"the budget {budget} to be topped up",
            ["credential", var credential] => $"a new version of the key {credential}",
            _ => wanted,
        }
        : null;

    private Dictionary<string, object> PanelParameters => new()
    {
        ["Namespace"] = ShownNamespace,
        ["WorkflowId"] = Id ?? "",
        ["RunId"] = _info!.Execution.RunId,
        ["IsOpen"] = IsOpen,
    };

    private string? SearchAttribute(string name) =>
        _info!.SearchAttributes?.IndexedFields.TryGetValue(name, out var value) == true ? PayloadDecoder.OneLine(value) : null;

    private string? LastWorkflowTaskFailure =>
        _timeline.Rows.LastOrDefault(row => row is { Kind: TimelineKind.WorkflowTask, Failure: not null })?.Failure is { } failure
            ? FailureText.Of(failure)
            : null;

    private IReadOnlyList<Payload>? Input => _timeline.Events[0].WorkflowExecutionStartedEventAttributes?.Input?.Payloads_;

    private IReadOnlyList<NamedPayloads> Outcome =>
        EventAttributes.Of(_timeline.CloseEvent!) is { } attributes ? PayloadFinder.In(attributes) : [];

    private string? NextRunId =>
        _timeline.CloseEvent is { } close && EventMeaning.TargetOf(close) is { WorkflowId: "", RunId: { Length: > 0 } next } ? next : null;

    private IEnumerable<(string Name, TimeSpan Limit)> Limits
    {
        get
        {
            var config = _description?.ExecutionConfig;
            return new (string Name, Duration? Limit)[]
                {
                    ("Execution timeout", config?.WorkflowExecutionTimeout),
                    ("Run timeout", config?.WorkflowRunTimeout),
                }
                .Where(one => one.Limit is { Seconds: > 0 })
                .Select(one => (one.Name, one.Limit!.ToTimeSpan()));
        }
    }

    protected override void OnParametersSet()
    {
        var wanted = $"{Namespace}\n{Id}\n{Run}";
        if (wanted == _shown)
            return;

        _shown = wanted;
        StopReading();
        _description = null;
        _info = null;
        _pollers = null;
        _timeline = new Timeline();
        _historyProblem = null;
        _pausedAt = null;
        _asking = Ask.Nothing;
        Forget();
    }

    protected override async Task RefreshAsync(CancellationToken cancellation)
    {
        var execution = new WorkflowExecution { WorkflowId = Id ?? "", RunId = _info?.Execution.RunId ?? Run ?? "" };
        var description = await Server.DescribeAsync(new() { Namespace = ShownNamespace, Execution = execution }, cancellation);
        var info = description.WorkflowExecutionInfo;
        if (StatusText.IsOpen(info.Status))
        {
            var queue = await Server.DescribeTaskQueueAsync(
                new()
                {
                    Namespace = ShownNamespace,
                    TaskQueue = new TaskQueue { Name = info.TaskQueue },
                    TaskQueueType = TaskQueueType.Workflow,
                },
                cancellation);
            _pollers = queue.Pollers.Count;
        }

        _description = description;
        _info = info;
        if (_reading is null)
            ReadFrom(ByteString.Empty);
    }

    protected override void Dispose(bool disposing)
    {
        StopReading();
        base.Dispose(disposing);
    }

    private void ReadOn()
    {
        if (_pausedAt is { } token)
            ReadFrom(token);
    }

    private void ReadFrom(ByteString token)
    {
        StopReading();
        _pausedAt = null;
        _reading = CancellationTokenSource.CreateLinkedTokenSource(Leaving);
        // Not awaited, for it lives as long as the run is shown and open.
        _ = ReadHistoryAsync(_timeline, _info!.Execution, token, _reading.Token);
    }

    private void StopReading()
    {
        _reading?.Cancel();
        _reading?.Dispose();
        _reading = null;
    }

    private async Task ReadHistoryAsync(Timeline timeline, WorkflowExecution execution, ByteString token, CancellationToken stop)
    {
        var pauseAt = timeline.Events.Count + EventsAtOnce;
        try
        {
            while (true)
            {
                await Viewer.WhenVisibleAsync(stop);
                try
                {
                    var page = await Server.GetHistoryAsync(
                        new()
                        {
                            Namespace = ShownNamespace,
                            Execution = execution,
                            MaximumPageSize = EventsPerPage,
                            NextPageToken = token,
                            // Answers at once with what there is, and otherwise when something happens.
                            WaitNewEvent = true,
                        },
                        stop);
                    _historyProblem = null;
                    foreach (var next in page.History?.Events ?? [])
                        timeline.Add(next);
                    token = page.NextPageToken;
                }
                catch (RpcException e)
                {
                    _historyProblem = Problem is null ? Problem.From(e, Server.Target) : null;
                    StateHasChanged();
                    await Task.Delay(PauseAfterProblem, Time, stop);
                    continue;
                }

                if (timeline.Events.Count >= pauseAt && !token.IsEmpty)
                    _pausedAt = token;
                StateHasChanged();
                // What happened may have changed the description, its status above all.
                RefreshNow();
                if (token.IsEmpty || _pausedAt is not null)
                    return;
            }
        }
        catch (OperationCanceledException)
        {
            // Another run is wanted, or the page is left.
        }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    }

    private async Task CancelAsync(string reason)
    {
        _asking = Ask.Nothing;
        var request = new RequestCancelWorkflowExecutionRequest
        {
            Namespace = ShownNamespace,
            WorkflowExecution = _info!.Execution,
            Identity = "dashboard",
            Reason = reason,
            RequestId = NewRequestId(),
        };
        if (await TryAsync(() => Server.RequestCancelAsync(request, Leaving)))
            await Viewer.ToastAsync("Cancel requested.");
        RefreshNow();
    }

    private async Task TerminateAsync(string reason)
    {
        _asking = Ask.Nothing;
        var request = new TerminateWorkflowExecutionRequest
        {
            Namespace = ShownNamespace,
            WorkflowExecution = _info!.Execution,
            Identity = "dashboard",
            Reason = reason.Length > 0 ? reason : "Terminated in the dashboard",
        };
        if (await TryAsync(() => Server.TerminateAsync(request, Leaving)))
            await Viewer.ToastAsync("Terminated.");
        RefreshNow();
    }

    private string NewRequestId() => Guid.CreateVersion7(Time.GetUtcNow()).ToString();
}
