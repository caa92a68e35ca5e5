using Holdfast.AI.Approvals;
using Holdfast.EmailSupport.Tests.Workflows;
using Temporalio.Client;

namespace Holdfast.EmailSupport.Tests.Hosting;

/// <summary>The application as people start it, and as power cuts end it.</summary>
public sealed class WholeProgramTests : IDisposable
{
    private const int SamplesAnsweredAtOnce = 2;
    private const int SamplesThatWait = 6;
    private const int Samples = 10;

    private readonly string data = Directory.CreateTempSubdirectory("holdfast-program-").FullName;

    public void Dispose() => Directory.Delete(data, recursive: true);

    [Fact]
    public async Task Sample_mail_is_answered_once_each_though_the_program_is_killed_while_some_wait()
    {
        using (var first = RunningProgram.Start(data, "--samples"))
        {
            await first.OutboxAsync(data, SamplesAnsweredAtOnce);
            await first.KillAsync();
        }

        using var second = RunningProgram.Start(data, "--samples");
        var client = await TemporalClient.ConnectAsync(new(await second.ServerAsync()));
        var waiting = await Eventually.SeesAsync("all waiting mail", () => WaitingAsync(client));
        foreach (var workflow in waiting)
            await SupportDesk.DecideAsync(client.GetWorkflowHandle(workflow.Id), new() { ApprovalId = "1", Verdict = "approve", By = "Ada" });
        var outbox = await second.OutboxAsync(data, SamplesAnsweredAtOnce + SamplesThatWait);

        Assert.Equal(SamplesAnsweredAtOnce + SamplesThatWait, outbox.Select(mail => mail.InReplyTo).Distinct().Count());
        Assert.Equal(SamplesAnsweredAtOnce + SamplesThatWait, outbox.Count);
        Assert.Equal(Samples, (await client.CountWorkflowsAsync("WorkflowType = 'EmailSupportWorkflow'")).Count);
        Assert.Equal(Samples, Directory.GetFiles(Path.Combine(data, "mail", "processed")).Length);
        Assert.Empty(Directory.GetFiles(Path.Combine(data, "mail", "inbox")));
    }

    [Fact]
    public async Task The_dashboards_button_adds_new_sample_mail_each_time()
    {
        using var program = RunningProgram.Start(data);
        using var browser = new HttpClient { BaseAddress = await program.DashboardAsync() };

        for (var press = 1; press <= 2; press++)
        {
            using var answer = await browser.PostAsync(new Uri("/email-support/samples", UriKind.Relative), content: null);
            Assert.Equal("10 sample e-mails were put into the inbox.", await answer.Content.ReadAsStringAsync());
            await program.OutboxAsync(data, press * SamplesAnsweredAtOnce);
        }
    }

    [Fact]
    public async Task A_second_program_on_the_same_folder_ends_with_one_line_that_says_so()
    {
        using var first = RunningProgram.Start(data);
        await first.ServerAsync();

        using var second = RunningProgram.Start(data);
        var (code, said) = await second.EndAsync();

        Assert.Equal(1, code);
        Assert.Equal($"error: The data folder {data} is in use by another process. Stop that, or choose another folder with --data.", said);
    }

    [Fact]
    public async Task A_foreign_database_file_is_left_alone_and_told_in_one_line()
    {
        var file = Path.Combine(data, "holdfast.db");
        var foreign = new string('x', 4096);
        File.WriteAllText(file, foreign);

        using var program = RunningProgram.Start(data);
        var (code, said) = await program.EndAsync();

        Assert.Equal(1, code);
        Assert.StartsWith("error: ", Assert.Single(said.Split('\n')), StringComparison.Ordinal);
        Assert.Contains(file, said, StringComparison.Ordinal);
        Assert.Equal(foreign, File.ReadAllText(file));
    }

    private static async Task<IReadOnlyList<WorkflowExecution>?> WaitingAsync(ITemporalClient client)
    {
        List<WorkflowExecution> waiting = [];
        await foreach (var workflow in client.ListWorkflowsAsync($"{ApprovalNames.SearchAttribute} = 'pending'"))
            waiting.Add(workflow);
        return waiting.Count == SamplesThatWait ? waiting : null;
    }
}
