using System.Text.Json.Nodes;
using Holdfast.AI.Chat;
using Holdfast.AI.Costs;
using Holdfast.AI.Database;
using Holdfast.Server;
using Microsoft.Data.Sqlite;
using Temporalio.Client;

namespace Holdfast.AI.Tests.Samples;

/// <summary>The samples as processes, on a server that keeps its data in a file. They and the server are killed in the middle.</summary>
public sealed class SampleTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-samples-").FullName;
    private HoldfastServer server = null!;

    public async Task InitializeAsync() => server = await HoldfastServer.StartAsync(options => options.DataFile = Path.Combine(folder, "holdfast.db"));

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_agent_answers_with_its_tools()
    {
        await using var provider = await ProviderStandIn.StartAsync(
            AnthropicWire.ToolCalls(("toolu_1", "FindOrder", new { number = 7 })),
            AnthropicWire.ToolCalls(("toolu_2", "Refund", new { number = 7 })),
            AnthropicWire.Answer("It was late, so I paid it back."));
        using var agent = SampleProgram.Start("AgentWithTools", server.Target, provider.Address);

        await agent.EndAsync();

        Assert.Contains("It was late, so I paid it back.", agent.Output, StringComparison.Ordinal);
        Assert.Matches("Refunding order 7 \\(idempotency key [^/]+/toolu_2\\)", agent.Output);
        Assert.Contains("a week late", provider.Requests.ElementAt(1).Body.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_killed_in_its_tool_loop_goes_on_and_asks_nothing_twice_that_was_answered()
    {
        var asked = new TaskCompletionSource();
        await using var provider = await ProviderStandIn.StartAsync(request =>
        {
            switch (request.Number)
            {
                case 1:
                    return AnthropicWire.ToolCalls(("toolu_1", "Refund", new { number = 7 }));
                case 2:
                    // Killed while this one is under way: nobody recorded an answer, so it alone is asked again.
                    asked.SetResult();
                    return StandInReply.Silence();
                default:
                    return AnthropicWire.Answer("Paid back.");
            }
        });
        var database = Path.Combine(folder, "ai.db");
        using var first = SampleProgram.StartWith(database, "AgentWithTools", server.Target, provider.Address);
        await asked.Task.WaitAsync(Patience);
        await Eventually.SeesAsync("the request in a heartbeat", RequestToldAsync);

        await first.KillAsync();
        await server.CrashAsync();
        await server.StartAsync();
        using var second = SampleProgram.StartWith(database, "AgentWithTools", server.Target, provider.Address);
        await second.EndAsync();

        Assert.Contains("Paid back.", second.Output, StringComparison.Ordinal);
        Assert.Contains("Refunding", first.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Refunding", second.Output, StringComparison.Ordinal);
        Assert.Equal(["answered", "lost", "answered"], await OutcomesAsync());
        // The ledger holds each request that the provider counted, once, and takes the lost one for no other than what it is.
        var ledger = new CostLedger(AIDatabase.Open(database));
        Assert.Equal(["answered", "lost", "answered"], ledger.Entries().Reverse().Select(entry => entry.Outcome));
        var sum = Assert.Single(ledger.Sum(CostGroup.Run));
        Assert.Equal((provider.Requests.Count, 1, 2 * 0.0000555m), (sum.Requests, sum.UnknownCosts, sum.CostUsd));
        Assert.Contains("3 model calls, 0.000111 USD or more", second.Output, StringComparison.Ordinal);
        Assert.Equal([2, 4, 4], provider.Requests.Select(request => request.Body["messages"]!.AsArray().Count + (request.Body["system"] is null ? 0 : 1)));
    }

    [Fact]
    public async Task A_chat_killed_in_the_middle_of_an_answer_writes_it_again_for_those_who_watch()
    {
        await using var provider = await ProviderStandIn.StartAsync(request => request.Number == 1
            ? StandInReply.Events([.. AnthropicWire.Opening(), AnthropicWire.Piece("Hel")]).Then(Task.Delay(Timeout.Infinite), StandInReply.Silence())
            : AnthropicWire.Stream("Hello", " again"));
        var port = FreePort();
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/chat-streams/"), Timeout = Timeout.InfiniteTimeSpan };
        using var stop = new CancellationTokenSource(Patience + Patience);
        await using var reader = new ChatStreamClient(http, TimeProvider.System).ReadAsync("chat-1", cancellationToken: stop.Token).GetAsyncEnumerator(stop.Token);
        using var first = SampleProgram.Start("StreamingChat", server.Target, provider.Address, "--urls", $"http://127.0.0.1:{port}");
        using var say = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
        await Eventually.SeesAsync("the page", async () => await PageAsync(say));
        var answer = say.PostAsync("say/chat-1", new StringContent("Hi"), stop.Token);
        while (await reader.MoveNextAsync() && reader.Current.Text != "Hel")
        {
        }

        await first.KillAsync();
        await server.CrashAsync();
        await server.StartAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => answer);
        using var second = SampleProgram.Start("StreamingChat", server.Target, provider.Address, "--urls", $"http://127.0.0.1:{port}");
        var seen = new List<ChatStreamEvent>();
        while (await reader.MoveNextAsync() && reader.Current.Kind != ChatStreamEventKind.Completed)
            seen.Add(reader.Current);

        Assert.Equal(
            [(ChatStreamEventKind.Reset, ""), (ChatStreamEventKind.Restarted, ""), (ChatStreamEventKind.Text, "Hello"), (ChatStreamEventKind.Text, " again")],
            seen.Select(happened => (happened.Kind, happened.Text)));
        Assert.Equal(2, provider.Requests.Count);
    }

    [Fact]
    public async Task A_question_waits_for_its_customers_key_and_is_answered_with_it()
    {
        const string key = "sk-ant-api03-of-the-customer-wxyz";
        await using var provider = await ProviderStandIn.StartAsync(request => request.Path == "/v1/models"
            ? StandInReply.Json(200, """{"data":[],"has_more":false,"first_id":null,"last_id":null}""")
            : AnthropicWire.Answer("Goethe did."));
        using var worker = SampleProgram.StartAt(folder, "", "CustomersOwnKeys", server.Target, provider.Address, "work");
        using var question = SampleProgram.StartAt(folder, "", "CustomersOwnKeys", server.Target, provider.Address, "ask", "acme", "Who wrote Faust?");
        var client = await TemporalClient.ConnectAsync(new(server.Target));
        await Eventually.SeesAsync("a question that waits", async () => await WaitingAsync(client) ? client : null);
        Assert.Empty(provider.Requests);

        using var put = SampleProgram.StartAt(folder, key + "\n", "CustomersOwnKeys", server.Target, provider.Address, "key", "acme");
        await put.EndAsync();
        await question.EndAsync();
        using var list = SampleProgram.StartAt(folder, "", "CustomersOwnKeys", server.Target, provider.Address, "keys");
        await list.EndAsync();

        Assert.Contains("Goethe did.", question.Output, StringComparison.Ordinal);
        Assert.Contains("acme  anthropic  …wxyz  version 1  Active", list.Output, StringComparison.Ordinal);
        Assert.All(provider.Requests, request => Assert.Equal($"Bearer {key}", request.Headers["Authorization"]));
        Assert.DoesNotContain("customer", put.Output + question.Output + list.Output + worker.Output, StringComparison.Ordinal);
    }

    private static async Task<bool> WaitingAsync(TemporalClient client)
    {
        try
        {
            return (await client.CountWorkflowsAsync("HoldfastWaiting = 'credential:acme/anthropic'")).Count > 0;
        }
        catch (Temporalio.Exceptions.RpcException)
        {
            // The samples register the search attribute when they start.
            return false;
        }
    }

    // How each request of the agent ended, as its history tells.
    private async Task<string[]> OutcomesAsync()
    {
        var history = await (await AgentAsync()).FetchHistoryAsync();
        return [.. history.Events
            .Select(happened => happened.ActivityTaskCompletedEventAttributes?.Result?.Payloads_.Single().Data.ToStringUtf8())
            .Where(result => result?.Contains("\"attempts\"", StringComparison.Ordinal) is true)
            .SelectMany(result => JsonNode.Parse(result!)!["attempts"]!.AsArray().Select(attempt => attempt!["outcome"]!.GetValue<string>()))];
    }

    private async Task<object?> RequestToldAsync()
    {
        var agent = await AgentAsync();
        var described = await agent.Client.Connection.WorkflowService.DescribeWorkflowExecutionAsync(
            new() { Namespace = agent.Client.Options.Namespace, Execution = new() { WorkflowId = agent.Id } });
        return described.PendingActivities.FirstOrDefault()?.HeartbeatDetails;
    }

    private async Task<WorkflowHandle> AgentAsync() =>
        (await TemporalClient.ConnectAsync(new(server.Target))).GetWorkflowHandle("shop-agent Where is order 7? If it is late, refund it.");

    private static async Task<string?> PageAsync(HttpClient http)
    {
        try
        {
            return await http.GetStringAsync("");
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
