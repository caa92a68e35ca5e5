using Temporalio.Api.Enums.V1;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>Histories larger than one message: workers and clients get them in pages.</summary>
public class LargeHistoryTests
{
    private const int Megabyte = 1024 * 1024;

    [Fact]
    public async Task A_worker_gets_a_history_of_many_megabytes_after_a_crash()
    {
        await using var server = await SdkServer.StartAsync();
        var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
        for (var letter = 'a'; letter < 'k'; letter++)
        {
            var word = new string(letter, Megabyte);
            await handle.SignalAsync(wf => wf.SayAsync(word));
        }

        await server.CrashAndRestartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            Assert.Equal(11, await handle.ExecuteUpdateAsync(wf => wf.TellAsync("short")));
            await handle.TerminateAsync();
        });
        Assert.Equal(10, (await handle.EventTypesAsync()).Count(type => type == EventType.WorkflowExecutionSignaled));
    }

    [Fact]
    public async Task A_new_worker_gets_a_history_of_a_thousand_events()
    {
        await using var server = await SdkServer.StartAsync();
        var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
        await Task.WhenAll(Enumerable.Range(0, 1500).Select(number => handle.SignalAsync(wf => wf.SayAsync($"{number}"))));
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () => Assert.Equal(1500, (await handle.QueryAsync(wf => wf.Said())).Split(", ").Length));
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            await handle.SignalAsync(wf => wf.EndAsync());
            Assert.Equal(1500, (await handle.GetResultAsync()).Split(", ").Distinct().Count());
        });
        await handle.ShouldReplayAsync<Conversation>();
    }
}
