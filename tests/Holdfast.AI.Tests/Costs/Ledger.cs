using Holdfast.AI.Chat;
using Holdfast.AI.Costs;
using Holdfast.AI.Database;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.AI.Tests.Costs;

/// <summary>A ledger in a file of its own, and what a worker writes into it.</summary>
internal sealed class Ledger : IDisposable
{
    /// <summary>What <see cref="Request"/> reserves: nothing for its input, and a thousand tokens of output for 10 USD per million.</summary>
    public const decimal Reserved = 0.01m;

    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-costs-").FullName;

    public Ledger()
    {
        Database = AIDatabase.Open(Path.Combine(folder, "ai.db"));
        Costs = new(Database);
        Budgets = new(Database, Time);
        Observer = Worker();
    }

    public FakeTimeProvider Time { get; } = new(new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));

    public AIDatabase Database { get; }

    public CostLedger Costs { get; }

    public Budgets Budgets { get; }

    public CostObserver Observer { get; }

    /// <summary>What another process would write with: nothing is shared but the file.</summary>
    public CostObserver Worker()
    {
        var database = AIDatabase.Open(Database.Path);
        return new(database, new(database), new(database, Time), new(database, Time), new(path: null, Time), Time);
    }

    public ModelRequest Request(
        string tenant = "acme", string run = "run-1", string activity = "1", int attempt = 1, int number = 1, string type = "Support", string model = "claude-sonnet-5-5") => new()
        {
            Id = ModelRequest.IdOf("default", run, activity, attempt, number),
            Namespace = "default",
            WorkflowId = $"workflow of {run}",
            RunId = run,
            WorkflowType = type,
            ActivityId = activity,
            ActivityAttempt = attempt,
            Number = number,
            Tenant = tenant,
            ModelName = "m",
            Provider = "anthropic",
            Model = model,
            Credential = "anthropic",
            Messages = [],
            Options = new() { MaxOutputTokens = 1000 },
            StartedAt = Time.GetUtcNow(),
        };

    /// <summary>An answer of this many tokens, 10 USD per million.</summary>
    public static ChatAttempt Answer(ModelRequest request, int output) => ChatAttempt.Of(request) with
    {
        Outcome = ChatAttempt.Answered,
        Usage = new() { InputTokenCount = 0, OutputTokenCount = output },
        CostUsd = output * 10 / 1_000_000m,
    };

    /// <summary>A whole request that is answered with this many tokens.</summary>
    public async Task SpendAsync(ModelRequest request, int output)
    {
        await Observer.BeginAsync(request, CancellationToken.None);
        await Observer.EndAsync(request, Answer(request, output), new(new ChatMessage(ChatRole.Assistant, "Hi")));
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }
}
