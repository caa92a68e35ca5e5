using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Mail.Reading;
using Holdfast.EmailSupport.Tests.Mail;
using Holdfast.EmailSupport.Workflows;
using MimeKit;
using Temporalio.Client;

namespace Holdfast.EmailSupport.Tests.Hosting;

/// <summary>Two tenants in one program.</summary>
public sealed class TenantTests : IDisposable
{
    private readonly string data = Directory.CreateTempSubdirectory("holdfast-tenants-").FullName;

    public void Dispose() => Directory.Delete(data, recursive: true);

    [Fact]
    public async Task Each_tenant_answers_its_own_mail_in_its_own_name_and_no_answer_reaches_another_tenants_case()
    {
        File.WriteAllText(Path.Combine(data, "holdfast.json"),
            """
            {
              "Support": { "Address": "support@desk.test", "Name": "Desk", "FollowUp": "1d" },
              "Tenants": { "acme": { "Support": { "Address": "care@desk.test", "Name": "Acme", "FollowUp": "1d" } } }
            }
            """);
        var acme = Path.Combine(data, "tenants", "acme");
        Know(data, "# One thing\nOurs.");
        Know(acme, "# Another thing\nTheirs.");
        using var program = RunningProgram.Start(data);
        await program.DashboardAsync();

        Drop(data, "one", Raw.Mail("Thanks for your help!", ("Subject", "Thanks")));
        Drop(acme, "one", Raw.Mail("Thanks for your help!", ("Subject", "Thanks")));
        var ours = (await program.OutboxAsync(data, 1)).Single();
        var theirs = (await program.OutboxAsync(acme, 1)).Single();

        Assert.Equal(("support@desk.test", "care@desk.test"), (Sender(ours), Sender(theirs)));
        Assert.NotEqual(ours.MessageId, theirs.MessageId);

        // The customer answers the default tenant's reply, and sends the answer to the other tenant as well.
        var answer = Raw.Mail("One more thing: thanks again!", ("Message-ID", "<m2@customer.test>"), ("In-Reply-To", $"<{ours.MessageId}>"));
        Drop(data, "two", answer);
        Drop(acme, "two", answer);

        var client = await TemporalClient.ConnectAsync(new(await program.ServerAsync()));
        var hash = MailReader.IdOf(answer)[..32];
        var known = await StatusAsync(client, $"mail/{hash}", EmailStep.Joined);
        var unknown = await StatusAsync(client, $"mail/acme/{hash}", EmailStep.WaitingForApproval);
        Assert.Contains("which is open", known.Reason, StringComparison.Ordinal);
        Assert.Null(unknown.Predecessor);

        // Nor does one tenant's knowledge.
        var first = await StatusAsync(client, $"mail/{MailReader.IdOf(Raw.Mail("Thanks for your help!", ("Subject", "Thanks")))[..32]}", EmailStep.WaitingForApproval);
        Assert.Equal(["faq#one-thing"], first.Knowledge);
        Assert.Equal(["faq#another-thing"], unknown.Knowledge);
    }

    private static void Know(string folder, string markdown)
    {
        Directory.CreateDirectory(Path.Combine(folder, "knowledge"));
        File.WriteAllText(Path.Combine(folder, "knowledge", "faq.md"), markdown);
    }

    private static string Sender(MimeMessage mail) => mail.From.Mailboxes.Single().Address;

    private static void Drop(string folder, string name, byte[] raw)
    {
        var inbox = new MailFolders(Path.Combine(folder, "mail")).Inbox;
        var partial = Path.Combine(inbox, $".{name}");
        File.WriteAllBytes(partial, raw);
        File.Move(partial, Path.Combine(inbox, $"{name}.eml"));
    }

    private static Task<EmailStatus> StatusAsync(ITemporalClient client, string workflowId, EmailStep step) =>
        Eventually.SeesAsync($"{workflowId} at {step}", async () =>
        {
            try
            {
                var status = await client.GetWorkflowHandle<EmailSupportWorkflow>(workflowId).QueryAsync(workflow => workflow.Status());
                return status.Step == step ? status : null;
            }
            catch (Temporalio.Exceptions.RpcException)
            {
                return null;
            }
        });
}
