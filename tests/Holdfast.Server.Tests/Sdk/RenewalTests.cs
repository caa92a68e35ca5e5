using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>A workflow that continues as new again and again while clients talk to it: each word arrives once, in whichever run.</summary>
public class RenewalTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Updates_are_done_once_while_runs_follow_each_other(bool crash)
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Ledger>(), async () =>
        {
            var handle = await StartAsync(server);
            var updates = Enumerable.Range(0, 9).Select(number => handle.ExecuteUpdateAsync(wf => wf.EnterAsync($"{number}"), new($"update-{number}"))).ToList();
            if (crash)
            {
                await Task.WhenAny(updates);
                await server.CrashAndRestartAsync();
            }

            var counts = await Task.WhenAll(updates);
            Assert.Equal(Enumerable.Range(1, 9), counts.Order());
            await CloseAsync(server, handle, 9);
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Signals_arrive_once_while_runs_follow_each_other(bool crash)
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Ledger>(), async () =>
        {
            var handle = await StartAsync(server);
            for (var number = 0; number < 30; number++)
            {
                await handle.SignalAsync(wf => wf.NoteAsync($"{number}"));
                if (number % 4 == 0)
                    Assert.Equal(number + 1, await handle.QueryAsync(wf => wf.Count()));
                if (crash && number == 15)
                    await server.CrashAndRestartAsync();
            }

            Assert.Equal(string.Join(' ', Enumerable.Range(0, 30)), await CloseAsync(server, handle, 30));
        });
    }

    [Fact]
    public async Task Update_with_start_finds_the_newest_run()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Ledger>(), async () =>
        {
            for (var number = 1; number <= 6; number++)
            {
                var options = server.Options("ledger");
                options.IdConflictPolicy = WorkflowIdConflictPolicy.UseExisting;
                var start = WithStartWorkflowOperation.Create((Ledger wf) => wf.RunAsync(Array.Empty<string>()), options);
                Assert.Equal(number, await server.Client.ExecuteUpdateWithStartWorkflowAsync((Ledger wf) => wf.EnterAsync($"{number}"), new(start)));
            }
        });
    }

    private static Task<WorkflowHandle<Ledger, string>> StartAsync(SdkServer server) =>
        server.Client.StartWorkflowAsync((Ledger wf) => wf.RunAsync(Array.Empty<string>()), server.Options());

    private static async Task<string> CloseAsync(SdkServer server, WorkflowHandle<Ledger, string> handle, int entries)
    {
        await handle.SignalAsync(wf => wf.CloseAsync());
        var result = await handle.GetResultAsync();
        Assert.Equal(entries, result.Split(' ').Distinct().Count());
        Assert.Equal(entries, result.Split(' ').Length);
        Assert.InRange((await server.Client.CountWorkflowsAsync($"WorkflowId = '{handle.Id}'")).Count, 2, entries);
        await handle.ShouldReplayAsync<Ledger>();
        return result;
    }

    /// <summary>Begins a new run after every few entries.</summary>
    [Workflow]
    public class Ledger
    {
        private const int EntriesPerRun = 4;

        private readonly string[] before;
        private readonly List<string> entries;
        private int taken;
        private bool closed;

        [WorkflowInit]
        public Ledger(string[] before)
        {
            this.before = before;
            entries = [.. before];
        }

        [WorkflowRun]
        public async Task<string> RunAsync(string[] before)
        {
            await Workflow.WaitConditionAsync(() => (closed || taken >= EntriesPerRun) && Workflow.AllHandlersFinished);
            return closed
                ? string.Join(' ', entries)
                : throw Workflow.CreateContinueAsNewException((Ledger wf) => wf.RunAsync(entries.ToArray()));
        }

        [WorkflowUpdate]
        public async Task<int> EnterAsync(string word)
        {
            // The server knows update ids within a run, as Temporal's does: an update whose answer was lost in a crash comes to the next run as a new
            // one, which only the workflow can recognise.
            var known = Array.IndexOf(before, word);
            if (known >= 0)
                return known + 1;

            entries.Add(word);
            taken++;
            var count = entries.Count;
            await Workflow.DelayAsync(1);
            return count;
        }

        [WorkflowSignal]
        public Task NoteAsync(string word)
        {
            entries.Add(word);
            taken++;
            return Task.CompletedTask;
        }

        [WorkflowSignal]
        public Task CloseAsync()
        {
            closed = true;
            return Task.CompletedTask;
        }

        [WorkflowQuery]
        public int Count() => entries.Count;
    }
}
