using Temporalio.Api.Enums.V1;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>Workflow code that changes while workflows run.</summary>
public class PatchingTests
{
    [Fact]
    public async Task A_workflow_started_by_old_code_stays_on_the_old_way_and_a_new_one_takes_the_patch()
    {
        await using var server = await SdkServer.StartAsync();
        var (before, after) = (server.Client.GetWorkflowHandle("before"), server.Client.GetWorkflowHandle("after"));
        await server.WithWorkerAsync(options => options.AddWorkflow<Unpatched>(), async () =>
        {
            await server.Client.StartWorkflowAsync("Evolving", [], server.Options(before.Id));
            await before.WaitForAsync(EventType.WorkflowTaskCompleted);
        });
        await server.WithWorkerAsync(options => options.AddWorkflow<Patched>(), async () =>
        {
            await server.Client.StartWorkflowAsync("Evolving", [], server.Options(after.Id));
            await after.WaitForAsync(EventType.WorkflowTaskCompleted);
            await server.CrashAndRestartAsync();
            await before.SignalAsync("Go", []);
            await after.SignalAsync("Go", []);
            Assert.Equal("old way", await before.GetResultAsync<string>());
            Assert.Equal("new way", await after.GetResultAsync<string>());
        });

        Assert.Equal("core_patch", (await after.TheEventAsync(EventType.MarkerRecorded)).MarkerRecordedEventAttributes.MarkerName);
        await before.ShouldReplayAsync<Patched>();
        await after.ShouldReplayAsync<Patched>();
        await after.ShouldReplayAsync<PatchDeprecated>();
    }

    [Fact]
    public async Task Patched_workflows_are_found_by_their_patch()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<Patched>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync("Evolving", [], server.Options());
            var upsert = (await handle.WaitForAsync(EventType.UpsertWorkflowSearchAttributes)).UpsertWorkflowSearchAttributesEventAttributes;
            Assert.Contains("TemporalChangeVersion", upsert.SearchAttributes.IndexedFields.Keys);

            Assert.Equal([handle.Id], await IdsAsync("TemporalChangeVersion = 'new-way'"));
            Assert.Equal([handle.Id], await IdsAsync("TemporalChangeVersion IN ('other', 'new-way')"));
            Assert.Empty(await IdsAsync("TemporalChangeVersion = 'other'"));
        });

        async Task<List<string>> IdsAsync(string query)
        {
            var ids = new List<string>();
            await foreach (var found in server.Client.ListWorkflowsAsync(query))
                ids.Add(found.Id);
            return ids;
        }
    }

    public abstract class Evolving
    {
        private bool go;

        [WorkflowSignal]
        public Task GoAsync()
        {
            go = true;
            return Task.CompletedTask;
        }

        protected Task WaitAsync() => Workflow.WaitConditionAsync(() => go);
    }

    [Workflow("Evolving")]
    public class Unpatched : Evolving
    {
        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            await WaitAsync();
            return "old way";
        }
    }

    [Workflow("Evolving")]
    public class Patched : Evolving
    {
        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            var patched = Workflow.Patched("new-way");
            await WaitAsync();
            return patched ? "new way" : "old way";
        }
    }

    [Workflow("Evolving")]
    public class PatchDeprecated : Evolving
    {
        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            Workflow.DeprecatePatch("new-way");
            await WaitAsync();
            return "new way";
        }
    }
}
