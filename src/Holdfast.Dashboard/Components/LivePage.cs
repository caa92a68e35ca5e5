using Grpc.Core;
using Holdfast.Dashboard.Service;
using Microsoft.AspNetCore.Components;

namespace Holdfast.Dashboard.Components;

/// <summary>
/// A component that shows what the server says now: it asks again every few seconds while its tab is visible, says what is
/// wrong while the server does not answer, and stops when it leaves the page.
/// </summary>
public abstract class LivePage : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource _leaving = new();
    private CancellationTokenSource _round = new();
    private bool _started;

    /// <summary>What kept the last refresh from succeeding, or null.</summary>
    protected Problem? Problem { get; private set; }

    /// <summary>Whether anything was shown yet; until then a page shows its outline.</summary>
    protected bool IsLoaded { get; private set; }

    /// <summary>Cancelled when the component leaves the page.</summary>
    protected CancellationToken Leaving => _leaving.Token;

    /// <summary>How long to wait between two refreshes.</summary>
    protected virtual TimeSpan Interval => TimeSpan.FromSeconds(2);

    [CascadingParameter]
    internal Viewer Viewer { get; set; } = null!;

    [Inject]
    internal WorkflowServiceClient Server { get; set; } = null!;

    [Inject]
    internal TimeProvider Time { get; set; } = null!;

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Asks the server and keeps the answer. It must change nothing that is shown before it has all of it.</summary>
    protected abstract Task RefreshAsync(CancellationToken cancellation);

    /// <summary>Whether to go on refreshing. A closed workflow, for one, does not change any more.</summary>
    protected virtual bool IsFinal => false;

    /// <summary>Asks again at once, abandoning a refresh that is under way: what is wanted has changed.</summary>
    protected void RefreshNow() => _round.Cancel();

    /// <summary>Shows the outline again, because what was loaded is of something else.</summary>
    protected void Forget()
    {
        IsLoaded = false;
        Problem = null;
        RefreshNow();
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (_started)
            return;

        _started = true;
        // Not awaited, for it lives as long as the component; its failures end up in Problem.
        _ = RunAsync();
    }

    protected virtual void Dispose(bool disposing)
    {
        if (!disposing || _leaving.IsCancellationRequested)
            return;

        _leaving.Cancel();
        _leaving.Dispose();
        _round.Dispose();
    }

    /// <summary>Runs one call for a button, and tells the viewer what went wrong if it did.</summary>
    protected async Task<bool> TryAsync(Func<Task> call)
    {
        ArgumentNullException.ThrowIfNull(call);
        try
        {
            await call();
            return true;
        }
        catch (RpcException e)
        {
            var problem = Problem.From(e, Server.Target);
            await Viewer.ToastAsync($"{problem.Title}. {problem.Detail}", isError: true);
            return false;
        }
    }

    // Runs on the renderer's own context from start to end, so nothing here needs a lock.
    private async Task RunAsync()
    {
        var leaving = Leaving;
        try
        {
            while (true)
            {
                _round.Dispose();
                _round = CancellationTokenSource.CreateLinkedTokenSource(leaving);
                var round = _round.Token;
                try
                {
                    await Viewer.WhenVisibleAsync(round);
                    await RefreshOnceAsync(round);
                    StateHasChanged();
                    await Task.Delay(IsFinal && Problem is null ? Timeout.InfiniteTimeSpan : Interval, Time, round);
                }
                catch (OperationCanceledException) when (!leaving.IsCancellationRequested)
                {
                    // RefreshNow.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The component left the page.
        }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    }

    private async Task RefreshOnceAsync(CancellationToken round)
    {
        try
        {
            await RefreshAsync(round);
            Problem = null;
            IsLoaded = true;
        }
        catch (RpcException e)
        {
            Problem = Problem.From(e, Server.Target);
        }
    }
}
