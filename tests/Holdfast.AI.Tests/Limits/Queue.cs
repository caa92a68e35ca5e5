using Holdfast.AI.Database;
using Holdfast.AI.Limits;
using Holdfast.AI.Tests.Costs;

namespace Holdfast.AI.Tests.Limits;

/// <summary>Calls that ask for their turn when they are told to, under a clock that jumps from one to the next.</summary>
internal sealed class Queue : IDisposable
{
    private readonly Ledger ledger = new();
    private readonly PriorityQueue<RateTicket, (DateTimeOffset, int)> asking = new();
    private int arrivals;

    public Queue() => Limits = new(ledger.Database, ledger.Time);

    public RateLimits Limits { get; }

    public AIDatabase Database => ledger.Database;

    public TimeProvider Time => ledger.Time;

    public DateTimeOffset Now => ledger.Time.GetUtcNow();

    /// <summary>Who was let in, and how long after the queue's begin.</summary>
    public List<(RateTicket Ticket, double Second)> Entered { get; } = [];

    /// <summary>How often somebody asked.</summary>
    public int Asked { get; private set; }

    private DateTimeOffset Begin { get; } = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A call that asks for the first time after so many seconds from the queue's begin.</summary>
    public RateTicket Arrive(string tenant, double second = 0, long tokens = 100, string key = "key")
    {
        var name = $"call-{++arrivals}";
        var ticket = new RateTicket(name, name, key, "reference", tenant, tokens);
        asking.Enqueue(ticket, (Begin + TimeSpan.FromSeconds(second), arrivals));
        return ticket;
    }

    public void Advance(double seconds) => ledger.Time.Advance(TimeSpan.FromSeconds(seconds));

    public RateTurn? Enter(RateTicket ticket) => Database.Write(transaction => Limits.Enter(transaction, ticket));

    /// <summary>Lets all that have arrived ask until they are in.</summary>
    /// <param name="entered">What one does that is in.</param>
    public void Run(Action<RateTicket>? entered = null)
    {
        while (asking.TryDequeue(out var ticket, out var due))
        {
            if (due.Item1 > Now)
                ledger.Time.Advance(due.Item1 - Now);
            Asked++;
            if (Enter(ticket) is { } turn)
            {
                asking.Enqueue(ticket, (Now + turn.Wait, ++arrivals));
                continue;
            }

            Entered.Add((ticket, (Now - Begin).TotalSeconds));
            entered?.Invoke(ticket);
        }
    }

    public void Dispose() => ledger.Dispose();
}
