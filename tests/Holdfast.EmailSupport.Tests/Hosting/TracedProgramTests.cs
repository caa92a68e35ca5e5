using System.Text.Json;
using Holdfast.EmailSupport.Tests.Workflows;
using Holdfast.Tests.Langfuse;
using Temporalio.Client;

namespace Holdfast.EmailSupport.Tests.Hosting;

/// <summary>The application with a Langfuse, killed in the middle. Server and workers die together.</summary>
public sealed class TracedProgramTests : IDisposable
{
    private const int Samples = 10;
    private const int SamplesThatWait = 6;

    private readonly string data = Directory.CreateTempSubdirectory("holdfast-traced-program-").FullName;

    public void Dispose() => Directory.Delete(data, recursive: true);

    [Fact]
    public async Task Every_case_is_one_trace_with_each_span_once_though_the_program_is_killed()
    {
        await using var langfuse = await LangfuseStandIn.StartAsync();
        // Some answers get lost, so that it is killed with batches under way.
        langfuse.Fault = (number, _) => number % 3 == 1 ? new(0, Stores: true) : null;
        File.WriteAllText(Path.Combine(data, "holdfast.json"), JsonSerializer.Serialize(new
        {
            Langfuse = new { BaseUrl = langfuse.Address, LangfuseStandIn.PublicKey, LangfuseStandIn.SecretKey, Environment = "test" },
        }));
        using (var first = RunningProgram.Start(data, "--samples"))
        {
            await Eventually.SeesAsync("some generations", () => Task.FromResult(langfuse.Observations.Count(one => one.Type == "generation") > 3 ? langfuse : null));
            await first.KillAsync();
        }

        using var second = RunningProgram.Start(data, "--samples");
        var client = await TemporalClient.ConnectAsync(new(await second.ServerAsync()));
        var decided = new HashSet<string>();
        while (decided.Count < SamplesThatWait)
        {
            var workflow = await Eventually.SeesAsync("mail that waits", () => NextAsync(client, decided));
            await SupportDesk.DecideAsync(client.GetWorkflowHandle(workflow.Id), new() { ApprovalId = "1", Verdict = "approve", By = "Ada" });
            decided.Add(workflow.Id);
        }

        var roots = await Eventually.SeesAsync("all roots and scores", () =>
        {
            var seen = langfuse.Observations.Where(one => one.ParentId is null).ToArray();
            return Task.FromResult(seen.Length >= Samples && langfuse.Scores.Count >= 2 * SamplesThatWait ? seen : null);
        });

        Assert.Empty(langfuse.Violations);
        Assert.Equal((Samples, Samples), (roots.Length, roots.Select(root => root.TraceId).Distinct().Count()));
        Assert.All(roots, root => Assert.Equal(("EmailSupportWorkflow", "completed", "test"), (root.Name, root.Metadata["status"], root.Environment)));
        var all = langfuse.Observations;
        Assert.Equal(SamplesThatWait, all.Count(one => one.Name == "approval"));
        Assert.Equal(SamplesThatWait, langfuse.Scores.Count(score => score is { Name: "approval", Value: "approved" }));
        // No span hangs in the air: each has its parent in its own trace.
        var known = all.Select(one => (one.TraceId, one.Id)).ToHashSet();
        Assert.All(all.Where(one => one.ParentId is not null), one => Assert.Contains((one.TraceId, one.ParentId!), known));
    }

    private static async Task<WorkflowExecution?> NextAsync(ITemporalClient client, HashSet<string> decided)
    {
        await foreach (var workflow in client.ListWorkflowsAsync("HoldfastApproval = 'pending'"))
        {
            if (!decided.Contains(workflow.Id))
                return workflow;
        }

        return null;
    }
}
