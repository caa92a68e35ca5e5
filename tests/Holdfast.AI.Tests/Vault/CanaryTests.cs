using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Google.Protobuf;
using Holdfast.AI.Chat;
using Holdfast.AI.Database;
using Holdfast.AI.Models;
using Holdfast.AI.Tests.Chat;
using Holdfast.AI.Tests.Secrets;
using Holdfast.AI.Tracing;
using Holdfast.AI.Vault;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Temporalio.Client;

namespace Holdfast.AI.Tests.Vault;

/// <summary>
/// A canary for a key goes through every way that a model call can take, good and bad, with a provider that repeats the key in its errors. Then all that
/// was kept or shown is searched for it.
/// </summary>
public sealed class CanaryTests : IDisposable
{
    private const string Canary = "sk-ant-api03-CANARY7h3qu1ckbr0wnf0xjumps0verTheLazyD0g-tail";
    private const string Next = "sk-ant-api03-CANARY2nd5ph1nx0fblackquartzjudgemyvow-tail";

    // Found in all that is searched: a search that finds nothing at all would prove nothing.
    private const string Marker = "where-is-order-seventy-seven";

    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-canary-").FullName;
    private readonly ConcurrentQueue<string> spans = [];
    private readonly LogCollector log = new();

    public void Dispose()
    {
        log.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_key_is_found_nowhere_but_at_the_provider()
    {
        var received = new ConcurrentQueue<string>();
        await using var langfuse = await ProviderStandIn.StartAsync(request =>
        {
            received.Enqueue(request.Body.ToJsonString());
            return StandInReply.Json(200, "{}");
        });
        var cutOff = new TaskCompletionSource();
        await using var provider = await ProviderStandIn.StartAsync(request => Answer(request, cutOff));
        using var listener = Listen();
        var texts = new List<string>();
        string[] files;
        await using (var bench = await OpenAsync(provider, langfuse))
        {
            var vault = bench.Services.GetRequiredService<CredentialVault>();
            var anna = new VaultActor("anna");
            var credential = await vault.CreateAsync(new() { Tenant = "acme", Name = "anthropic", Provider = "anthropic", Secret = new(Canary) }, anna);
            texts.Add((await Assert.ThrowsAsync<VaultException>(() => vault.CreateAsync(
                new() { Tenant = "acme", Name = "anthropic", Provider = "anthropic", Secret = new(Canary + "x") }, anna))).ToString());
            texts.Add($"{await vault.VerifyAsync("acme", credential.Id, anna)}");

            // Each ends as its question says; those that are tried again end well.
            var handles = new List<WorkflowHandle>();
            foreach (var flow in (string[])["fine", "429", "500", "529", "400", "404", "hang-up", "garbage", "tools"])
                handles.Add(await bench.StartForAsync("acme", "AgentWorkflow", $"{Marker} {flow}"));
            foreach (var flow in (string[])["stream", "truncated", "error-event"])
                handles.Add(await bench.StartForAsync("acme", "StreamingWorkflow", $"{Marker} {flow}"));
            foreach (var handle in handles)
                texts.Add($"{await Record.ExceptionAsync(() => handle.GetResultAsync().WaitAsync(TimeSpan.FromSeconds(90)))}");

            // A worker and a server that die in the middle of a call.
            var crashed = await bench.StartForAsync("acme", "AgentWorkflow", $"{Marker} crash");
            await cutOff.Task.WaitAsync(TimeSpan.FromSeconds(30));
            await bench.RestartWorkerAsync();
            await bench.CrashServerAsync();
            await crashed.EndsAsync();

            // Refused, with the key in the error; rotated; goes on.
            var refused = await bench.StartForAsync("acme", "AgentWorkflow", $"{Marker} 401");
            await bench.WaitsForAsync("credential:acme/anthropic");
            await vault.RotateAsync("acme", credential.Id, new(Next), anna);
            await refused.EndsAsync();

            // Outside workflows, where the exception is the caller's to log.
            using (var plain = await bench.Services.GetRequiredService<IChatCredentials>().ResolveAsync(
                new() { Tenant = "acme", Reference = "anthropic", Provider = "anthropic" }, CancellationToken.None))
            {
                texts.Add(plain.Secret.ToString());
            }

            vault.SetPlatformKeys("default", PlatformKeys.WhenMissing, anna);
            var chat = bench.Services.GetRequiredKeyedService<IChatClient>("agent");
            texts.Add((await Assert.ThrowsAsync<ModelException>(() => chat.GetResponseAsync($"{Marker} 401"))).ToString());

            await vault.RotateDataKeyAsync("acme", anna);
            handles.AddRange([crashed, refused]);
            foreach (var handle in handles)
            {
                var history = await handle.FetchHistoryAsync();
                texts.Add(history.ToJson());
                // As JSON their payloads are in base64; here they are as they were sent.
                texts.AddRange(history.Events.Select(happened => Encoding.Latin1.GetString(happened.ToByteArray())));
            }

            texts.Add(string.Concat(vault.List()) + string.Concat(vault.Audit()));
            await Eventually.SeesAsync("spans at Langfuse", () => Task.FromResult(received.Any(text => text.Contains(Marker, StringComparison.Ordinal)) ? received : null));
            vault.Revoke("acme", credential.Id, anna);
            // The lock files are empty, and locked.
            files = [.. Directory.GetFiles(bench.Folder, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)), .. Directory.GetFiles(folder, "ai.db*").Where(file => !file.EndsWith(".exporter", StringComparison.Ordinal))];
            // Before the servers close and tidy up: the write-ahead logs are searched too.
            Assert.Contains(files, file => file.EndsWith("-wal", StringComparison.Ordinal));
            Assert.Contains(files.Select(File.ReadAllBytes), bytes => bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Marker)) >= 0);
            foreach (var file in files)
                AssertClean(file, File.ReadAllBytes(file));
        }

        Assert.Contains(provider.Requests, request => request.Headers["Authorization"] == $"Bearer {Canary}");
        Assert.Contains(provider.Requests, request => request.Headers["Authorization"] == $"Bearer {Next}");
        Assert.Contains(texts, text => text.Contains(Marker, StringComparison.Ordinal));
        Assert.Contains(texts, text => text.Contains("***", StringComparison.Ordinal));
        Assert.NotEmpty(spans);
        AssertClean("texts", Encoding.UTF8.GetBytes(string.Join('\n', texts)));
        AssertClean("logs", Encoding.UTF8.GetBytes(log.Text));
        AssertClean("spans", Encoding.UTF8.GetBytes(string.Join('\n', spans)));
        AssertClean("Langfuse", Encoding.UTF8.GetBytes(string.Join('\n', received)));
    }

    // Whole, in parts, and as JSON or a header might carry it.
    private static void AssertClean(string where, byte[] bytes)
    {
        foreach (var key in (string[])[Canary, Next])
        {
            var middle = key["sk-ant-api03-".Length..^"-tail".Length];
            for (var at = 0; at + 10 <= middle.Length; at += 5)
            {
                var part = middle.Substring(at, 10);
                Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(part)) < 0, $"{where} holds \"{part}\" of the key.");
                Assert.True(bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(part)) < 0, $"{where} holds \"{part}\" of the key, in UTF-16.");
            }

            for (var shift = 0; shift < 3; shift++)
            {
                // Without the ends, which depend on what stands before and after.
                var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(key[shift..]))[..40];
                Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(encoded)) < 0, $"{where} holds the key in base64.");
            }
        }
    }

    private static StandInReply Answer(StandInRequest request, TaskCompletionSource cutOff)
    {
        var key = request.Headers["Authorization"]["Bearer ".Length..];
        if (request.Path == "/v1/models")
            return StandInReply.Json(200, """{"data":[],"has_more":false,"first_id":null,"last_id":null}""");

        var text = request.Body.ToJsonString();
        var flow = text[(text.IndexOf(Marker, StringComparison.Ordinal) + Marker.Length + 1)..].Split('"', '\\')[0];
        var again = !Seen.TryAdd((cutOff, flow), true);
        var quoting = $"the request with the key {key} (Authorization: Bearer {key}) failed";
        return flow switch
        {
            "429" when !again => AnthropicWire.Failure(429, "rate_limit_error", quoting, ("retry-after-ms", "1"), ("request-id", key)),
            "500" when !again => AnthropicWire.Failure(500, "api_error", quoting),
            "529" when !again => StandInReply.Text(529, "text/html", $"<h1>{quoting}</h1>"),
            "400" => AnthropicWire.Failure(400, "invalid_request_error", quoting),
            "404" => AnthropicWire.Failure(404, key, quoting),
            "401" when key != Next => AnthropicWire.Failure(401, "authentication_error", $"invalid x-api-key {key[..30]}…{key[^12..]}; {quoting}"),
            "hang-up" when !again => StandInReply.HangUp(),
            "garbage" when !again => StandInReply.Text(200, "application/json", $"{{ {quoting}"),
            "tools" when !again => AnthropicWire.ToolCalls(("toolu_1", "FindOrder", new { number = 7 })),
            "truncated" when !again => StandInReply.Events([.. AnthropicWire.Opening(), AnthropicWire.Piece("Hel")]),
            "error-event" when !again => StandInReply.Events([.. AnthropicWire.Opening(), AnthropicWire.Event("error", AnthropicWire.Error("overloaded_error", quoting))]),
            "crash" when !again => Cut(cutOff),
            _ => request.Streamed ? AnthropicWire.Stream("Hel", "lo") : AnthropicWire.Answer("Hello"),
        };
    }

    private static readonly ConcurrentDictionary<(TaskCompletionSource Test, string Flow), bool> Seen = [];

    private static StandInReply Cut(TaskCompletionSource cutOff)
    {
        cutOff.TrySetResult();
        return StandInReply.Silence();
    }

    // All that any library traces, OpenTelemetry or not.
    private ActivityListener Listen()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => spans.Enqueue(
                $"{activity.DisplayName} {activity.StatusDescription} {string.Join(' ', activity.TagObjects)} {string.Join(' ', activity.Baggage)} "
                + string.Join(' ', activity.Events.Select(happened => $"{happened.Name} {string.Join(' ', happened.Tags)}"))),
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private Task<ChatBench> OpenAsync(ProviderStandIn provider, ProviderStandIn langfuse) => ChatBench.OpenAsync(
        provider,
        add: services => services
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log))
            .AddAIDatabase(Path.Combine(folder, "ai.db"))
            .AddCredentialVault(Path.Combine(folder, "vault.key"))
            .AddLangfuse(options =>
            {
                options.BaseUrl = langfuse.Address;
                options.PublicKey = "pk-lf-test";
                options.SecretKey = "sk-lf-test";
                options.FlushInterval = TimeSpan.FromMilliseconds(50);
            }));
}
