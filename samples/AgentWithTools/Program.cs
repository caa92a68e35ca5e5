// An agent with tools that survives any crash: stop it while it works, start it again, and it goes on where it was.
//
//   holdfast server start-dev --db-filename holdfast.db
//   ANTHROPIC_API_KEY=… dotnet run --project samples/AgentWithTools -- "Where is order 7? If it is late, refund it."

using System.ComponentModel;
using Holdfast.AI.Chat;
using Holdfast.AI.Costs;
using Holdfast.AI.Database;
using Holdfast.AI.Tracing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Temporalio.Activities;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Worker;
using Temporalio.Workflows;

var question = args.Length > 0 ? args[0] : "Where is order 7? If it is late, refund it.";
string Setting(string name, string otherwise) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : otherwise;

// Every model call and what it cost is kept in this file, which all workers of the machine share.
var database = AIDatabase.Open(Setting("AI_DATABASE", Path.Combine(AppContext.BaseDirectory, "ai.db")));
var collection = new ServiceCollection().AddSingleton(database).AddModelCosts().AddDurableChat(chat => chat
    .AddCredential("anthropic", Setting("ANTHROPIC_API_KEY", "no key"))
    .AddAnthropic(baseUrl: new Uri(Setting("ANTHROPIC_BASE_URL", "https://api.anthropic.com")))
    .AddModel("shop-agent", "anthropic", "claude-sonnet-5-5"));
// With the keys of a Langfuse project each run is a trace there. What is not sent yet waits in the same file, through crashes too.
var traced = Setting("LANGFUSE_SECRET_KEY", "").Length > 0;
if (traced)
{
    collection.AddLangfuse(langfuse =>
    {
        langfuse.BaseUrl = new Uri(Setting("LANGFUSE_BASE_URL", "https://cloud.langfuse.com"));
        (langfuse.PublicKey, langfuse.SecretKey) = (Setting("LANGFUSE_PUBLIC_KEY", ""), Setting("LANGFUSE_SECRET_KEY", ""));
    });
}

await using var services = collection.BuildServiceProvider();

var client = await TemporalClient.ConnectAsync(new(Setting("TEMPORAL_ADDRESS", "localhost:7233")));
var options = new TemporalWorkerOptions("shop").AddDurableChat(services).AddAllActivities(new ShopTools()).AddWorkflow<ShopAgent>();
using var worker = new TemporalWorker(client, traced ? options.AddLangfuse(services) : options);
await worker.ExecuteAsync(async () =>
{
    // The same question is the same workflow: started again, the program waits for the answer that is under way.
    var once = new WorkflowOptions($"shop-agent {question}", "shop") { IdConflictPolicy = WorkflowIdConflictPolicy.UseExisting };
    var agent = await client.StartWorkflowAsync((ShopAgent workflow) => workflow.RunAsync(question), once);
    Console.WriteLine(await agent.GetResultAsync());
    var cost = services.GetRequiredService<CostLedger>().Sum(CostGroup.Run, new() { RunId = agent.ResultRunId })[0];
    Console.WriteLine($"{cost.Requests} model calls, {cost.CostUsd} USD{(cost.UnknownCosts > 0 ? " or more" : "")}");
});

[Workflow]
public sealed class ShopAgent
{
    [WorkflowRun]
    public async Task<string> RunAsync(string question)
    {
        var chat = DurableChat.Client("shop-agent");
        var response = await chat.GetResponseAsync(
            [new(ChatRole.System, "You help the customers of a shop. Use the tools; invent nothing."), new(ChatRole.User, question)],
            new ChatOptions { Tools = [.. ActivityTool.AllOf<ShopTools>()] });
        return response.Text;
    }
}

public sealed record Order(int Number, string State, decimal Price);

/// <summary>Each call of a tool is an activity: retried by itself, and never repeated once its result is recorded.</summary>
public sealed class ShopTools
{
    [Activity]
    [Description("Finds an order: its state and its price in euros.")]
    public Order FindOrder([Description("The number of the order.")] int number) => new(number, "a week late", 49);

    [Activity]
    [Description("Pays an order back.")]
    public string Refund(int number)
    {
        // A payment service takes the key and pays once, however often a crash makes the activity try.
        Console.WriteLine($"Refunding order {number} (idempotency key {ToolCalls.IdempotencyKey})");
        return "refunded";
    }
}
