// Customers bring their own model keys: each question is asked with its customer's key, waits while there is none, and goes on when there is.
//
//   holdfast server start-dev --db-filename holdfast.db
//   dotnet run --project samples/CustomersOwnKeys -- work                              answers questions
//   dotnet run --project samples/CustomersOwnKeys -- ask acme "Who wrote Faust?"       waits: acme has no key
//   dotnet run --project samples/CustomersOwnKeys -- key acme < key.txt                puts a key in, or its next version; the question is answered
//   dotnet run --project samples/CustomersOwnKeys -- keys                              shows them, masked
//   dotnet run --project samples/CustomersOwnKeys -- revoke acme

using Holdfast.AI.Chat;
using Holdfast.AI.Database;
using Holdfast.AI.Tenants;
using Holdfast.AI.Vault;
using Holdfast.AI.Waiting;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Worker;
using Temporalio.Workflows;

string Setting(string name, string otherwise) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : otherwise;

var client = await TemporalClient.ConnectAsync(new(Setting("TEMPORAL_ADDRESS", "localhost:7233")));
await TenantRegistration.EnsureAsync(client);
await WaitingRegistration.EnsureAsync(client);

await using var services = new ServiceCollection()
    .AddSingleton<ITemporalClient>(client) // so that the vault wakes those who wait
    .AddDurableChat(chat => chat
        .AddAnthropic(baseUrl: new Uri(Setting("ANTHROPIC_BASE_URL", "https://api.anthropic.com")))
        .AddModel("answers", "anthropic", "claude-sonnet-5-5"))
    .AddAIDatabase("ai.db")
    .AddCredentialVault("vault.key") // back it up, and apart from ai.db
    .BuildServiceProvider();
var vault = services.GetRequiredService<CredentialVault>();
var operatorName = new VaultActor(Environment.UserName);

switch (args)
{
    case ["work"]:
        using (var worker = new TemporalWorker(client, new TemporalWorkerOptions("questions").AddDurableChat(services).AddWorkflow<Question>()))
        {
            using var stop = new CancellationTokenSource();
            Console.CancelKeyPress += (_, pressed) =>
            {
                pressed.Cancel = true;
                stop.Cancel();
            };
            await worker.ExecuteAsync(stop.Token);
        }

        break;
    case ["ask", var tenant, var question]:
        // The tenant is a fact of the run from its first event on. What workflow code says cannot change it.
        var attributes = new SearchAttributeCollection.Builder().Set(TenantNames.Key, tenant).ToSearchAttributeCollection();
        var asked = await client.StartWorkflowAsync(
            (Question workflow) => workflow.RunAsync(question), new($"question-{Guid.NewGuid()}", "questions") { TypedSearchAttributes = attributes });
        Console.WriteLine($"Asked as {asked.Id}");
        Console.WriteLine(await asked.GetResultAsync());
        break;
    case ["key", var tenant]:
        var secret = new Holdfast.AI.Secrets.Secret(await Console.In.ReadToEndAsync());
        var credential = vault.List(tenant) is [var known, ..]
            ? await vault.RotateAsync(tenant, known.Id, secret, operatorName)
            : await vault.CreateAsync(new() { Tenant = tenant, Name = "anthropic", Provider = "anthropic", Secret = secret }, operatorName);
        Console.WriteLine(await vault.VerifyAsync(tenant, credential.Id, operatorName));
        break;
    case ["revoke", var tenant]:
        foreach (var revoked in vault.List(tenant))
            Console.WriteLine(vault.Revoke(tenant, revoked.Id, operatorName));
        break;
    default:
        foreach (var each in vault.List())
            Console.WriteLine($"{each.Tenant}  {each.Name}  {each.Masked}  version {each.Version}  {each.Status}");
        break;
}

[Workflow]
public sealed class Question
{
    [WorkflowRun]
    public async Task<string> RunAsync(string question) => (await DurableChat.Client("answers").GetResponseAsync(question)).Text;
}
