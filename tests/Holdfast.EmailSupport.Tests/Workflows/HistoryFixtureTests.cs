using System.Runtime.CompilerServices;
using Holdfast.EmailSupport.Samples;
using Holdfast.EmailSupport.Tests.Mail;
using Holdfast.EmailSupport.Triage;
using Holdfast.EmailSupport.Workflows;
using Temporalio.Common;
using Temporalio.Worker;

namespace Holdfast.EmailSupport.Tests.Workflows;

/// <summary>
/// Histories of cases as they were once recorded: today's workflow must still go through them, for mail waits for days and programs are
/// updated meanwhile. A history is never changed. To record those of a version that changed the workflow on purpose, give the files a new
/// name here: <c>HOLDFAST_REWRITE=1 dotnet test tests/Holdfast.EmailSupport.Tests --filter HistoryFixtureTests</c>.
/// </summary>
public sealed class HistoryFixtureTests
{
    private const string Recorded = "0.1.0";

    public static TheoryData<string> Histories => new(Directory.GetFiles(Folder(), "*.json").Select(file => Path.GetFileName(file)));

    [Theory]
    [MemberData(nameof(Histories))]
    public async Task A_case_that_began_under_an_earlier_program_goes_on_under_this_one(string file) =>
        await ReplayAsync(WorkflowHistory.FromJson("replayed", await File.ReadAllTextAsync(Path.Combine(Folder(), file))));

    [Fact]
    public async Task The_cases_of_this_version_are_recorded()
    {
        if (Environment.GetEnvironmentVariable("HOLDFAST_REWRITE") == "1")
            await RecordAsync();

        Assert.Superset(new HashSet<string> { $"{Recorded}-answered.json", $"{Recorded}-approved-and-joined.json" }, Directory.GetFiles(Folder()).Select(Path.GetFileName).ToHashSet()!);
    }

    internal static async Task ReplayAsync(WorkflowHistory history) =>
        await new WorkflowReplayer(new WorkflowReplayerOptions().AddWorkflow<EmailSupportWorkflow>()).ReplayWorkflowAsync(history);

    private static async Task RecordAsync()
    {
        await using var desk = await SupportDesk.OpenAsync(approver: new("boss@desk.test", "Boss"));
        SampleKnowledge.Write(desk.Knowledge);
        var policy = new HandlingPolicy { FirstReplies = 1, Times = new([TimeSpan.FromMilliseconds(100)], TimeSpan.FromDays(1)), FollowUp = TimeSpan.FromSeconds(2) };
        var waiting = await desk.ReceiveAsync(Raw.Mail("I was charged twice. Please refund one payment.", ("Subject", "Charged twice")), policy);
        var approval = await SupportDesk.PendingAsync(waiting);
        await Eventually.SeesAsync("a reminder", async () => (await SupportDesk.PendingAsync(waiting)).RemindedAt.Count > 0 ? "reminded" : null);
        await SupportDesk.DecideAsync(waiting, new() { ApprovalId = approval.Id, Verdict = "approve", By = "Ben", Content = "We look into it." });
        await Eventually.SeesAsync("the reply", async () => (await waiting.QueryAsync(email => email.Status())).SentMessageId);
        await waiting.SignalAsync(email => email.CustomerWroteAsync(new("mail/later", Raw.Read("Hello, how do I change my password?"))));
        await waiting.EndsAsync();
        await SaveAsync(waiting, "approved-and-joined");

        var answered = await desk.ReceiveAsync(Raw.Mail("Hello, how do I change my password?"));
        await answered.EndsAsync();
        await SaveAsync(answered, "answered");
    }

    private static async Task SaveAsync(Temporalio.Client.WorkflowHandle handle, string name) =>
        await File.WriteAllTextAsync(Path.Combine(Folder(), $"{Recorded}-{name}.json"), (await handle.FetchHistoryAsync()).ToJson());

    private static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Histories");
}
