using Temporalio.Api.Enums.V1;
using Temporalio.Common;
using Temporalio.Converters;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>A workflow that goes on in a new run with a short history.</summary>
public class ContinueAsNewTests
{
    private static readonly SearchAttributeKey<string> Customer = SearchAttributeKey.CreateKeyword("Customer");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task State_memo_and_search_attributes_go_along_into_the_next_run(bool crash)
    {
        await using var server = await SdkServer.StartAsync(options => options.SearchAttributes["Customer"] = IndexedValueType.Keyword);
        await server.WithWorkerAsync(options => options.AddWorkflow<Counting>(), async () =>
        {
            var options = server.Options();
            options.Memo = new Dictionary<string, object> { ["note"] = "kept" };
            options.TypedSearchAttributes = new SearchAttributeCollection.Builder().Set(Customer, "acme").ToSearchAttributeCollection();
            var handle = await server.Client.StartWorkflowAsync((Counting wf) => wf.RunAsync(0), options);
            var first = server.Client.GetWorkflowHandle(handle.Id, handle.ResultRunId);
            var continued = (await first.WaitForAsync(EventType.WorkflowExecutionContinuedAsNew)).WorkflowExecutionContinuedAsNewEventAttributes;
            if (crash)
                await server.CrashAndRestartAsync();

            Assert.Equal("2 kept acme", await handle.GetResultAsync());
            var second = server.Client.GetWorkflowHandle(handle.Id, continued.NewExecutionRunId);
            var started = (await second.TheEventAsync(EventType.WorkflowExecutionStarted)).WorkflowExecutionStartedEventAttributes;
            Assert.Equal(handle.ResultRunId, started.ContinuedExecutionRunId);
            Assert.Equal(handle.ResultRunId, started.FirstExecutionRunId);
            Assert.Equal(ContinueAsNewInitiator.Workflow, started.Initiator);
            Assert.Equal(WorkflowExecutionStatus.ContinuedAsNew, (await first.DescribeAsync()).Status);
            Assert.Equal(WorkflowExecutionStatus.Completed, (await handle.DescribeAsync()).Status);
            await first.ShouldReplayAsync<Counting>();
            await second.ShouldReplayAsync<Counting>();
            await server.Client.GetWorkflowHandle(handle.Id).ShouldReplayAsync<Counting>();

            var runs = new List<WorkflowExecutionStatus>();
            await foreach (var run in server.Client.ListWorkflowsAsync($"Customer = 'acme' AND WorkflowId = '{handle.Id}'"))
                runs.Add(run.Status);
            Assert.Equal([WorkflowExecutionStatus.Completed, WorkflowExecutionStatus.ContinuedAsNew, WorkflowExecutionStatus.ContinuedAsNew], runs.Order());
        });
    }

    [Fact]
    public async Task A_signal_that_comes_while_a_run_is_replaced_reaches_the_workflow()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<Relay>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Relay wf) => wf.RunAsync(new List<int>()), server.Options());
            for (var number = 1; number <= 20; number++)
                await handle.SignalAsync(wf => wf.AddAsync(number));
            Assert.Equal(Enumerable.Range(1, 20), await handle.GetResultAsync());
        });
    }

    [Fact]
    public async Task A_long_history_makes_the_server_suggest_a_new_run()
    {
        await using var server = await SdkServer.StartAsync(options => options.DynamicConfigValues["limit.historyCount.suggestContinueAsNew"] = "50");
        await server.WithWorkerAsync(options => options.AddWorkflow<UntilSuggested>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((UntilSuggested wf) => wf.RunAsync(), server.Options());
            Assert.InRange(await handle.GetResultAsync(), 50, 56);
            await handle.ShouldReplayAsync<UntilSuggested>();
        });
    }

    [Workflow]
    public class Counting
    {
        [WorkflowRun]
        public Task<string> RunAsync(int run)
        {
            if (run < 2)
                throw Workflow.CreateContinueAsNewException((Counting wf) => wf.RunAsync(run + 1));

            var note = Workflow.PayloadConverter.ToValue<string>(Workflow.Memo["note"]);
            return Task.FromResult($"{run} {note} {Workflow.TypedSearchAttributes.Get(Customer)}");
        }
    }

    [Workflow]
    public class Relay
    {
        private readonly Queue<int> waiting = new();

        [WorkflowRun]
        public async Task<List<int>> RunAsync(List<int> soFar)
        {
            await Workflow.WaitConditionAsync(() => waiting.Count > 0);
            while (waiting.TryDequeue(out var number))
                soFar.Add(number);
            return soFar.Count == 20 ? soFar : throw Workflow.CreateContinueAsNewException((Relay wf) => wf.RunAsync(soFar));
        }

        [WorkflowSignal]
        public Task AddAsync(int number)
        {
            waiting.Enqueue(number);
            return Task.CompletedTask;
        }
    }

    [Workflow]
    public class UntilSuggested
    {
        [WorkflowRun]
        public async Task<int> RunAsync()
        {
            while (!Workflow.ContinueAsNewSuggested)
                await Workflow.DelayAsync(TimeSpan.FromMilliseconds(1));
            return Workflow.CurrentHistoryLength;
        }
    }
}
