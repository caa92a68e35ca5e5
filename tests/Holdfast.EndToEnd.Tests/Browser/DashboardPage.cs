using Microsoft.Playwright;

namespace Holdfast.EndToEnd.Tests.Browser;

/// <summary>The dashboard as a person uses it: found by what can be read on it, not by how it is built.</summary>
internal sealed class DashboardPage(IPage page)
{
    public IPage Page => page;

    /// <summary>The workflows of the list.</summary>
    public ILocator Workflows => page.Locator("table.list tbody tr");

    /// <summary>The chip that counts, and shows, the workflows of a status.</summary>
    public ILocator StatusChip(string status) => page.GetByRole(AriaRole.Group, new() { Name = "Status" }).GetByRole(AriaRole.Button, new() { Name = status });

    /// <summary>The requests that wait in the inbox.</summary>
    public ILocator Waiting => page.GetByRole(AriaRole.Navigation, new() { Name = "Waiting approvals" }).GetByRole(AriaRole.Link);

    /// <summary>What a person reads beside the draft: the value under a label.</summary>
    public ILocator Context(string label) =>
        page.GetByLabel("Context").Locator(".fact").Filter(new() { Has = page.GetByText(label, new() { Exact = true }) }).Locator(".value");

    public ILocator Draft => page.GetByLabel("Draft", new() { Exact = true });

    public ILocator Name => page.GetByLabel("Your name");

    public ILocator Comment => page.GetByLabel("Comment");

    /// <summary>What is wrong, as the page says it.</summary>
    public ILocator Problem => page.Locator("main").GetByRole(AriaRole.Alert);

    /// <summary>The message that confirms what was done.</summary>
    public ILocator Toast(string text) => page.Locator("#toasts").GetByText(text);

    public ILocator Status => page.Locator(".page-head .status");

    /// <summary>The rows of a workflow's timeline, by what they are about.</summary>
    public ILocator TimelineRow(string title) =>
        page.Locator(".history li").Filter(new() { Has = page.Locator(".title", new() { HasText = title }) });

    /// <summary>The part of a workflow's page under a heading.</summary>
    public ILocator Section(string heading) => page.GetByRole(AriaRole.Region, new() { Name = heading, Exact = true });

    public Task OpenWorkflowsAsync() => page.GotoAsync("/workflows");

    public Task OpenApprovalsAsync() => page.GotoAsync("/approvals");

    /// <summary>Opens the request of a subject from the inbox, as soon as it is there.</summary>
    public async Task OpenApprovalAsync(string subject)
    {
        await OpenApprovalsAsync();
        await Waiting.Filter(new() { HasText = subject }).ClickAsync();
        await Assertions.Expect(page.Locator(".request h2")).ToHaveTextAsync(subject);
    }

    /// <summary>From the request that is open to the page of its workflow.</summary>
    public Task OpenItsWorkflowAsync() => page.Locator(".request").GetByRole(AriaRole.Link, new() { Name = "Workflow" }).ClickAsync();

    public Task PressAsync(string button) => page.Locator("main").GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();

    /// <summary>What the browser tells a page whose tab goes behind another one, or comes to the front again.</summary>
    public Task SetInBackgroundAsync(bool isInBackground) => page.EvaluateAsync(
        """
        hidden => {
          Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
          document.dispatchEvent(new Event('visibilitychange'));
        }
        """,
        isInBackground);
}
