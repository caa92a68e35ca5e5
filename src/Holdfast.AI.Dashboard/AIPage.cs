using Holdfast.Dashboard.Components;
using Holdfast.Dashboard.Service;
using Microsoft.AspNetCore.Components;

namespace Holdfast.AI.Dashboard;

/// <summary>A page of what the workers of this machine share. It asks again every few seconds while its tab is visible.</summary>
public abstract class AIPage : LivePage
{
    /// <summary>Under which name this browser remembers who sits before it; the same as for approvals.</summary>
    private const string NameKey = "decider";

    /// <summary>Who sits before the browser: as they signed in, or where nobody does, as they say themselves. Empty when they have not said.</summary>
    protected string By { get; private set; } = "";

    /// <summary>The tenant that alone is asked about; without one, all.</summary>
    [SupplyParameterFromQuery(Name = "tenant")]
    public string? TenantAsked { get; set; }

    /// <summary><see cref="TenantAsked"/>, or null.</summary>
    protected string? Only => string.IsNullOrWhiteSpace(TenantAsked) ? null : TenantAsked.Trim();

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
            return;

        By = await Viewer.SignedInAsync() ?? await Viewer.RecallAsync(NameKey) ?? "";
        StateHasChanged();
    }

    protected async Task NameAsync(string name)
    {
        if (await Viewer.SignedInAsync() is not null)
            return;

        By = name;
        await Viewer.RememberAsync(NameKey, name.Trim());
    }

    /// <summary>Does what a button says and tells how it went. False: it was refused.</summary>
    protected async Task<bool> DoAsync(Func<Task<string>> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        if (By.Trim().Length == 0)
        {
            await Viewer.ToastAsync("Say who you are first: it is kept with what you do.", isError: true);
            return false;
        }

        try
        {
            await Viewer.ToastAsync(await action());
            RefreshNow();
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or Vault.VaultException or Temporalio.Exceptions.RpcException or InvalidOperationException)
        {
            await Viewer.ToastAsync(exception.Message, isError: true);
            return false;
        }
    }
}
