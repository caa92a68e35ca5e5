using System.Globalization;
using Holdfast.EmailSupport.Workflows;
using Holdfast.EndToEnd.Tests.Programs;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Worker;
using Xunit.Abstractions;

namespace Holdfast.EndToEnd.Tests.EmailSupport;

/// <summary>
/// The product's promise on the real programs: however often the server dies, each mail gets one reply.
/// </summary>
public sealed class ServerCrashTests(ITestOutputHelper log) : IAsyncLifetime
{
    private const int Mails = 200;
    private const int Kills = 10;
    private const int LongestLifeMs = 2500;
    private const int TestLimitMs = 600_000;
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan SettleLimit = TimeSpan.FromMinutes(4);

    private readonly TemporaryFolder _folder = new();
    private HoldfastServer _server = null!;
    private SupportDesk _desk = null!;

    public async Task InitializeAsync()
    {
        _server = await HoldfastServer.StartAsync(_folder.FullName);
        _desk = SupportDesk.Start(_server.Target, Directory.CreateDirectory(_folder["desk"]).FullName);
    }

    public async Task DisposeAsync()
    {
        log.WriteLine($"Server:\n{_server?.Output}\nE-mail application:\n{_desk?.Output}");
        if (_desk is not null)
            await _desk.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
        _folder.Delete();
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task Each_of_200_mails_gets_exactly_one_reply_though_the_server_is_killed_ten_times()
    {
        var random = new Random(Seed());
        var client = await TemporalClient.ConnectAsync(new(_server.Target));
        // Every second mail is answered at once, the others wait for an approval.
        foreach (var number in Enumerable.Range(0, Mails))
            _desk.Drop(SupportDesk.Mail(number, needsApproval: number % 2 == 0));
        await Eventually.SeesAsync("a first reply", () => Task.FromResult(_desk.Outbox().Count), sent => sent > 0, StartLimit);

        var approver = new Approver(client);
        using var stop = new CancellationTokenSource();
        var approving = approver.RunAsync(stop.Token);

        for (var kill = 1; kill <= Kills; kill++)
        {
            // A share of the approvals for each life of the server: mails move at every kill, and none finds all done.
            approver.Allow(Mails / 2 * kill / (Kills + 1));
            await Task.Delay(random.Next(LongestLifeMs));
            await _server.KillAsync();
            log.WriteLine($"Kill {kill}: {_desk.Outbox().Count} replies sent, {approver.Decided} approvals given.");
            Assert.True(_desk.Outbox().Count < Mails, "All mails were answered before the last kill: the test shows nothing.");
            await _server.StartAgainAsync();
        }

        approver.Allow(Mails);
        await Eventually.SeesAsync("all workflows to close", CountOpenAndSentAsync, seen => seen is { Open: 0, Sent: >= Mails }, SettleLimit);
        await stop.CancelAsync();
        await approving;

        var answered = _desk.Outbox().Select(reply => reply.InReplyTo ?? "").Order(StringComparer.Ordinal);
        Assert.Equal(Enumerable.Range(0, Mails).Select(SupportDesk.MessageId), answered);
        Assert.Empty(_desk.Rejected());
        await AssertHistoriesAreValidAsync(client);

        async Task<(long Open, int Sent)> CountOpenAndSentAsync()
        {
            Assert.False(_desk.HasExited, $"The e-mail application ended. It said:\n{_desk.Output}");
            if (approving.IsFaulted)
                await approving;
            return ((await client.CountWorkflowsAsync("ExecutionStatus = 'Running' AND WorkflowType = 'EmailSupportWorkflow'")).Count, _desk.Outbox().Count);
        }
    }

    private static async Task AssertHistoriesAreValidAsync(TemporalClient client)
    {
        List<WorkflowExecution> all = [];
        await foreach (var execution in client.ListWorkflowsAsync("WorkflowType = 'EmailSupportWorkflow'"))
            all.Add(execution);
        Assert.Equal(Mails, all.Count);
        Assert.All(all, execution => Assert.Equal(WorkflowExecutionStatus.Completed, execution.Status));
        var replayer = new WorkflowReplayer(new WorkflowReplayerOptions().AddWorkflow<EmailSupportWorkflow>());
        foreach (var execution in all)
        {
            var history = await client.GetWorkflowHandle(execution.Id, execution.RunId).FetchHistoryAsync();
            HistoryCheck.AssertValid(execution.Id, [.. history.Events]);
            // Throws when the workflow's code does not lead to exactly these events.
            await replayer.ReplayWorkflowAsync(history);
        }
    }

    // HOLDFAST_SEED repeats the moments of an earlier run.
    private int Seed()
    {
        var seed = Environment.GetEnvironmentVariable("HOLDFAST_SEED") is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : Random.Shared.Next();
        log.WriteLine($"Seed: {seed} (repeat with HOLDFAST_SEED={seed})");
        return seed;
    }
}
