using Holdfast.AI.Approvals.Links;
using Holdfast.EmailSupport.Activities;
using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Tests.Workflows;
using Holdfast.EmailSupport.Workflows;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using MimeKit;
using Temporalio.Testing;

namespace Holdfast.EmailSupport.Tests.Activities;

public sealed class RemindApproverTests : IDisposable
{
    private static readonly DateTimeOffset Expiry = DateTimeOffset.UtcNow.AddDays(2);
    private static readonly Reminder Waits = new(new("ada@customer.test", "Ada"), "Hello", 1, Expiry, "2", "abc");

    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-reminders-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task With_a_public_address_the_mail_holds_a_link_of_its_receivers_own()
    {
        var links = Links("https://approve.shop.test/");

        var text = await RemindAsync(Waits, links);

        var url = Assert.Single(text.Split('\n', ' '), word => word.StartsWith("https://", StringComparison.Ordinal)).Trim();
        Assert.StartsWith("https://approve.shop.test/approve/", url, StringComparison.Ordinal);
        var info = new ActivityEnvironment().Info;
        Assert.Equal(
            new(info.WorkflowNamespace!, info.WorkflowId!, info.WorkflowRunId!, "2", "abc", "boss@shop.test", Expiry),
            links.Read(url["https://approve.shop.test/approve/".Length..]).Claims);
    }

    [Theory]
    [InlineData(null, "2")]
    [InlineData("https://approve.shop.test", null)]
    public async Task Without_an_address_or_of_an_older_case_the_mail_names_the_dashboard(string? address, string? approvalId)
    {
        var text = await RemindAsync(Waits with { ApprovalId = approvalId }, Links(address));

        Assert.Contains("Decide here: http://localhost:8233/approvals", text, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", text, StringComparison.Ordinal);
    }

    private static ApprovalLinks Links(string? address) => new(
        new EphemeralDataProtectionProvider(), Options.Create(new ApprovalLinkOptions { PublicUrl = address is null ? null : new(address) }), TimeProvider.System);

    private async Task<string> RemindAsync(Reminder reminder, ApprovalLinks links)
    {
        var activity = new RemindApprover(Desks.In(folder, new MailAddress("boss@shop.test", "")), TimeProvider.System, NullLogger<RemindApprover>.Instance, links);
        await new ActivityEnvironment().RunAsync(() => activity.RunAsync(reminder));
        var mail = await MimeMessage.LoadAsync(Assert.Single(Directory.GetFiles(Path.Combine(folder, "outbox"))));
        return mail.TextBody!;
    }
}
