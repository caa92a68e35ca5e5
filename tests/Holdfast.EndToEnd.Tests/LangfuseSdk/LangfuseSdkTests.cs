using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.AI.Tracing;
using Holdfast.AI.Tracing.Spans;
using Holdfast.EndToEnd.Tests.Programs;
using Holdfast.Tests.Langfuse;

namespace Holdfast.EndToEnd.Tests.LangfuseSdk;

/// <summary>
/// Holds the stand-in for Langfuse, on which the tests of tracing rest, against the official SDK from npm, and what we say against what that
/// SDK says of the same thing.
/// </summary>
public sealed class LangfuseSdkTests
{
    private const string Seed = "default|w|r";
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Holdfast.EndToEnd.Tests", "langfuse");
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, 250, TimeSpan.Zero);

    [Fact(Timeout = 400_000)]
    public async Task The_stand_in_understands_the_official_SDK_and_we_say_what_it_says()
    {
        await using var langfuse = await LangfuseStandIn.StartAsync();
        langfuse.AddPrompt("support/draft", 1, "Old", []);
        langfuse.AddPrompt("support/draft", 3, "Dear {{name}}", "production");

        var told = await TellAsync(langfuse.Address);

        Assert.Empty(langfuse.Violations);
        Assert.Equal(("Dear {{name}}", "Dear Ada"), (told.GetProperty("prompt").GetString(), told.GetProperty("compiled").GetString()));
        Assert.Equal(TraceIds.Trace(Seed), told.GetProperty("traceId").GetString());
        Assert.Equal(["FindOrder", "chat claude-sonnet-5-5"], langfuse.Observations.Select(one => one.Name).Order(StringComparer.Ordinal));
        Assert.Equal("tool", langfuse.Observations.Single(one => one.Name == "FindOrder").Type);
        var score = Assert.Single(langfuse.Scores);
        Assert.Equal(("approval", "approved", "CATEGORICAL", "fine"), (score.Name, score.Value, score.DataType, score.Comment));
        Assert.Equal((TraceIds.Trace(Seed), told.GetProperty("spanId").GetString()), (score.TraceId, score.ObservationId));

        var theirs = langfuse.Observations.Single(one => one.Type == "generation");
        var ours = Ours();
        Assert.Equal(
            (theirs.TraceId, theirs.ParentId, theirs.Name, theirs.Level, theirs.StatusMessage, theirs.Start, theirs.End),
            (ours.TraceId, ours.ParentId, ours.Name, ours.Level, ours.StatusMessage, ours.Start, ours.End));
        Assert.Equal((theirs.Model, theirs.CompletionStart, theirs.PromptName, theirs.PromptVersion), (ours.Model, ours.CompletionStart, ours.PromptName, ours.PromptVersion));
        Assert.Equal(
            (theirs.UserId, theirs.SessionId, theirs.TraceName, theirs.Environment, theirs.Release),
            (ours.UserId, ours.SessionId, ours.TraceName, ours.Environment, ours.Release));
        Assert.Equal(theirs.Tags, ours.Tags);
        Assert.Equal(theirs.Usage.OrderBy(pair => pair.Key), ours.Usage.OrderBy(pair => pair.Key));
        Assert.Equal(theirs.Cost, ours.Cost);
        Assert.True(JsonNode.DeepEquals(theirs.ModelParameters, ours.ModelParameters));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(theirs.Input!), JsonNode.Parse(ours.Input!)), $"{theirs.Input} and {ours.Input}");
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(theirs.Output!), JsonNode.Parse(ours.Output!)), $"{theirs.Output} and {ours.Output}");
        Assert.All(theirs.Metadata, pair => Assert.Equal(pair.Value, ours.Metadata[pair.Key]));
        // The names of attributes are the contract: one of ours that the SDK does not know would be a slip.
        var known = Keys(theirs).ToHashSet();
        Assert.All(Keys(ours).Where(key => !key.Contains(".metadata.", StringComparison.Ordinal)), key => Assert.Contains(key, known));
    }

    private static LangfuseObservation Ours()
    {
        var run = new TracedRun { Namespace = "default", WorkflowId = "w", RunId = "r", WorkflowType = "Agent", Tenant = "default" };
        var encoder = new SpanEncoder(new() { Environment = "test", Release = "7", Label = of => new() { UserId = "ada", Tags = ["support", of.Tenant] } });
        var span = encoder.Encode(new()
        {
            TraceId = run.TraceId,
            Run = run,
            SpanId = TraceIds.GenerationOf(run.TraceId, "1"),
            ParentId = run.RootId,
            Type = ObservationType.Generation,
            Name = "chat claude-sonnet-5-5",
            Start = Start,
            End = Start.AddMilliseconds(1500),
            Input = JsonNode.Parse("""[{"role":"user","content":"Where is my \"order\" ü?"}]"""),
            Output = JsonNode.Parse("""{"role":"assistant","content":"On its way."}"""),
            Level = ObservationLevel.Warning,
            StatusMessage = "slow",
            Metadata = [("attempt", "1")],
            Generation = new()
            {
                Model = "claude-sonnet-5-5",
                Parameters = new() { ["max_tokens"] = 4096 },
                Usage = new Dictionary<string, long> { ["input"] = 10, ["output"] = 7, ["input_cache_read"] = 3000 },
                CostUsd = 0.0000901m,
                FirstToken = Start.AddMilliseconds(500),
                Prompt = ("support/draft", 3),
            },
        });
        return LangfuseMapping.Read(JsonElement.Parse(
            $$"""{"resourceSpans":[{"resource":{"attributes":[]},"scopeSpans":[{"scope":{"name":"t"},"spans":[{{Encoding.UTF8.GetString(span)}}]}]}]}""")).Single();
    }

    private static IEnumerable<string> Keys(LangfuseObservation observation) =>
        JsonElement.Parse(observation.Sent).GetProperty("attributes").EnumerateArray().Select(attribute => attribute.GetProperty("key").GetString()!);

    private static async Task<JsonElement> TellAsync(Uri langfuse)
    {
        var installed = new FileInfo(Path.Combine(Folder, "node_modules", ".package-lock.json"));
        if (!installed.Exists || installed.LastWriteTimeUtc < File.GetLastWriteTimeUtc(Path.Combine(Folder, "package-lock.json")))
            await ProgramUnderTest.RunAsync(new ProcessStartInfo("npm", ["ci", "--no-progress"]) { WorkingDirectory = Folder }, Limit);
        var start = new ProcessStartInfo("node", ["tell.mjs", Seed]) { WorkingDirectory = Folder };
        start.Environment["LANGFUSE_BASE_URL"] = langfuse.ToString().TrimEnd('/');
        start.Environment["LANGFUSE_PUBLIC_KEY"] = LangfuseStandIn.PublicKey;
        start.Environment["LANGFUSE_SECRET_KEY"] = LangfuseStandIn.SecretKey;
        var output = await ProgramUnderTest.RunAsync(start, Limit);
        return JsonElement.Parse(output.TrimEnd().Split('\n')[^1]);
    }
}
