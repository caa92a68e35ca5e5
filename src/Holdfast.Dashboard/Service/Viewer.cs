using Holdfast.Dashboard.Approvals;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.JSInterop;

namespace Holdfast.Dashboard.Service;

/// <summary>
/// One browser tab that looks at the dashboard: whether anyone can see it, and what its browser keeps or shows for us.
/// </summary>
/// <remarks>Pages refresh only while the tab is visible, so a forgotten one costs the server nothing.</remarks>
/// <param name="people">Who is signed in; null where the host does not know.</param>
public sealed class Viewer(IJSRuntime browser, AuthenticationStateProvider? people = null) : IDisposable
{
    private DotNetObjectReference<Viewer>? _self;
    private TaskCompletionSource _visible = Completed();

    /// <summary>Begins to follow the tab. Only possible once the page is interactive; further calls do nothing.</summary>
    public async Task AttachAsync()
    {
        if (_self is not null)
            return;

        _self = DotNetObjectReference.Create(this);
        await browser.InvokeVoidAsync("holdfast.attach", _self);
    }

    /// <summary>Who is signed in, by name; null where the host asks nobody to.</summary>
    public async Task<string?> SignedInAsync() =>
        people is not null && (await people.GetAuthenticationStateAsync()).User is { } user ? ApprovalPeople.SignedIn(user) : null;

    /// <summary>Completes while the tab is visible.</summary>
    public Task WhenVisibleAsync(CancellationToken cancellation) => _visible.Task.WaitAsync(cancellation);

    /// <summary>Called by the browser when the tab is shown or hidden.</summary>
    [JSInvokable]
    public void SetVisible(bool visible)
    {
        if (visible)
            _visible.TrySetResult();
        else if (_visible.Task.IsCompleted)
            _visible = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Shows a short message that goes away by itself.</summary>
    public async Task ToastAsync(string text, bool isError = false) => await TryAsync("holdfast.toast", text, isError);

    /// <summary>Moves the keyboard focus to the first element that the selector finds.</summary>
    public async Task FocusAsync(string selector) => await TryAsync("holdfast.focus", selector);

    /// <summary>Opens a dialog element as modal.</summary>
    public async Task OpenDialogAsync(string id) => await TryAsync("holdfast.openDialog", id);

    /// <summary>What this browser remembers under a name, or null.</summary>
    public async Task<string?> RecallAsync(string name) => await browser.InvokeAsync<string?>("holdfast.recall", name);

    /// <summary>Makes this browser remember a value.</summary>
    public async Task RememberAsync(string name, string value) => await TryAsync("holdfast.remember", name, value);

    public void Dispose()
    {
        _self?.Dispose();
        _visible.TrySetCanceled();
    }

    // The tab may close at any moment; nobody is left then to be told.
    private async Task TryAsync(string function, params object?[] arguments)
    {
        try
        {
            await browser.InvokeVoidAsync(function, arguments);
        }
        catch (JSDisconnectedException)
        {
        }
    }

    private static TaskCompletionSource Completed()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }
}
