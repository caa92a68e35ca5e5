using Holdfast.AI.Tests.Samples;
using Holdfast.Server;
using Holdfast.Tests.Langfuse;

namespace Holdfast.AI.Tests.Tracing;

/// <summary>The agent's program, traced, on a server that keeps its data in a file; both are killed in the middle.</summary>
public sealed class CrashTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-crash-").FullName;
    private HoldfastServer server = null!;
    private LangfuseStandIn langfuse = null!;

    public async Task InitializeAsync()
    {
        server = await HoldfastServer.StartAsync(options => options.DataFile = Path.Combine(folder, "holdfast.db"));
        langfuse = await LangfuseStandIn.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        await langfuse.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Worker_and_server_are_killed_and_each_span_is_in_Langfuse_once()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var provider = await ProviderStandIn.StartAsync(request =>
        {
            switch (request.Number)
            {
                case 1:
                    return AnthropicWire.ToolCalls(("toolu_1", "FindOrder", new { number = 7 }), ("toolu_2", "Refund", new { number = 7 }));
                case 2:
                    asked.SetResult();
                    return StandInReply.Silence();
                default:
                    return AnthropicWire.Answer("Paid back.");
            }
        });
        // Langfuse takes the first requests and does not say so: the worker is killed while it does not know.
        var away = true;
        langfuse.Fault = (number, _) => Volatile.Read(ref away) || number % 3 == 0 ? new(number % 2 == 0 ? 0 : 504, Stores: true) : null;
        using var first = Start(provider);
        await asked.Task.WaitAsync(Patience);
        await Eventually.SeesAsync("a first batch, taken and not acknowledged", () => Task.FromResult(langfuse.Observations.Count > 0 ? langfuse : null));

        await first.KillAsync();
        await server.CrashAsync();
        await server.StartAsync();
        Volatile.Write(ref away, false);
        using var second = Start(provider);
        await second.EndAsync();
        // Another run, whose program also sends what the last could not.
        langfuse.Fault = (_, _) => null;
        using var third = Start(provider);
        await third.EndAsync();

        Assert.Empty(langfuse.Violations);
        var all = langfuse.Observations;
        var spans = all.Where(one => one.TraceId == all[0].TraceId).ToArray();
        Assert.Equal(["answered", "lost", "answered"], spans.Where(one => one.Type == "generation").Select(one => one.Metadata["outcome"]));
        Assert.Equal(["DEFAULT", "WARNING", "DEFAULT"], spans.Where(one => one.Name == "HoldfastModelCall").Select(one => one.Level));
        Assert.Equal(["FindOrder", "Refund"], spans.Where(one => one.Type == "tool").Select(one => one.Name).Order());
        var root = Assert.Single(spans, one => one.ParentId is null);
        Assert.Equal(("ShopAgent", "Paid back."), (root.Name, root.Output));
        Assert.Equal((9, 3), (spans.Length, all.Count - spans.Length));
        // As many generations as requests that the provider counted.
        Assert.Equal(provider.Requests.Count, all.Count(one => one.Type == "generation"));
        // What was sent before the kill and had to be sent again was the same bytes.
        Assert.Contains(langfuse.Bodies.GroupBy(body => body), same => same.Count() > 1);
    }

    private SampleProgram Start(ProviderStandIn provider)
    {
        var environment = new Dictionary<string, string>
        {
            ["LANGFUSE_BASE_URL"] = langfuse.Address.ToString(),
            ["LANGFUSE_PUBLIC_KEY"] = LangfuseStandIn.PublicKey,
            ["LANGFUSE_SECRET_KEY"] = LangfuseStandIn.SecretKey,
            ["AI_DATABASE"] = Path.Combine(folder, "ai.db"),
        };
        return SampleProgram.StartIn(environment, "AgentWithTools", server.Target, provider.Address);
    }
}
