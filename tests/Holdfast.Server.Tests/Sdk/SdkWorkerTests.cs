using Temporalio.Client;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>The official .NET SDK's client and worker on the server, unmodified.</summary>
public sealed class SdkWorkerTests
{
    [Fact]
    public async Task A_workflow_runs_an_activity_and_answers_query_update_and_signal()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<GreetingWorkflow>().AddActivity(GreetingWorkflow.Greet), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((GreetingWorkflow workflow) => workflow.RunAsync("Ada"), server.Options());
            var corrected = await handle.ExecuteUpdateAsync(workflow => workflow.CorrectAsync("Grace"));
            var queried = await handle.QueryAsync(workflow => workflow.Greeting());
            await handle.SignalAsync(workflow => workflow.SayAsync("Goodbye."));

            Assert.Equal("Hello, Grace!", corrected);
            Assert.Equal("Hello, Grace!", queried);
            Assert.Equal("Hello, Grace! Goodbye.", await handle.GetResultAsync());
        });
    }

    [Fact]
    public async Task Update_with_start_starts_once_and_updates_each_time()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<GreetingWorkflow>().AddActivity(GreetingWorkflow.Greet), async () =>
        {
            var options = server.Options();
            options.IdConflictPolicy = Temporalio.Api.Enums.V1.WorkflowIdConflictPolicy.UseExisting;

            var first = await UpdateWithStartAsync("Grace");
            var second = await UpdateWithStartAsync("Barbara");

            Assert.Equal(("Hello, Grace!", "Hello, Barbara!"), (first.Greeting, second.Greeting));
            Assert.Equal(first.RunId, second.RunId);

            async Task<(string Greeting, string? RunId)> UpdateWithStartAsync(string name)
            {
                var start = WithStartWorkflowOperation.Create((GreetingWorkflow workflow) => workflow.RunAsync("Ada"), options);
                var greeting = await server.Client.ExecuteUpdateWithStartWorkflowAsync(
                    (GreetingWorkflow workflow) => workflow.CorrectAsync(name), new(start));
                return (greeting, (await start.GetHandleAsync()).ResultRunId);
            }
        });
    }
}
