using Holdfast.AI.Chat;
using Holdfast.AI.Database;
using Holdfast.AI.Limits;

namespace Holdfast.AI.Tests.Limits;

/// <summary>Limits and their queue, in virtual time.</summary>
public sealed class RateLimitsTests : IDisposable
{
    private readonly Queue queue = new();

    public void Dispose() => queue.Dispose();

    [Fact]
    public void Without_a_limit_all_are_let_in()
    {
        for (var number = 0; number < 100; number++)
            queue.Arrive("acme");
        queue.Run();

        Assert.All(queue.Entered, entered => Assert.Equal(0, entered.Second));
        Assert.Empty(queue.Limits.States());
    }

    [Fact]
    public void A_rate_of_requests_is_kept_and_used_to_the_full()
    {
        queue.Limits.Set(new("key") { RequestsPerMinute = 60 });
        for (var number = 0; number < 130; number++)
            queue.Arrive("acme");
        queue.Run();

        // Ten at once, and one a second from then on.
        Assert.Equal(10, queue.Entered.Count(entered => entered.Second == 0));
        Assert.Equal(120, queue.Entered[^1].Second, tolerance: 1.0);
        Assert.All(Enumerable.Range(1, 60), from => Assert.InRange(queue.Entered.Count(entered => entered.Second >= from && entered.Second < from + 60), 59, 61));
        // In their order, and told so well when to come that they need hardly ask again.
        Assert.Equal(Enumerable.Range(1, 130).Select(number => $"call-{number}"), queue.Entered.Select(entered => entered.Ticket.Place));
        Assert.InRange(queue.Asked, 250, 300);
    }

    [Fact]
    public void One_call_comes_in_between_the_thousand_of_another_tenant()
    {
        queue.Limits.Set(new("key") { RequestsPerMinute = 60 });
        for (var number = 0; number < 1000; number++)
            queue.Arrive("noisy");
        var quiet = queue.Arrive("quiet", second: 30.5);
        queue.Run();

        Assert.Equal(1001, queue.Entered.Count);
        Assert.InRange(queue.Entered.Single(entered => entered.Ticket == quiet).Second, 30.5, 33);
        Assert.Equal(990, queue.Entered[^1].Second, tolerance: 3.0);
    }

    [Fact]
    public void Tenants_that_all_ask_for_much_get_the_same()
    {
        queue.Limits.Set(new("key") { RequestsPerMinute = 60 });
        for (var number = 0; number < 200; number++)
            queue.Arrive("early");
        for (var number = 0; number < 50; number++)
            queue.Arrive("late", second: 20.2);
        queue.Run();

        var shared = queue.Entered.Where(entered => entered.Second is >= 22 and < 82).ToArray();
        Assert.InRange(shared.Count(entered => entered.Ticket.Tenant == "late"), 28, 32);
        Assert.InRange(shared.Count(entered => entered.Ticket.Tenant == "early"), 28, 32);
    }

    [Fact]
    public void A_rate_of_tokens_is_kept_also_by_requests_larger_than_the_bucket()
    {
        queue.Limits.Set(new("key") { TokensPerMinute = 6000 });
        queue.Arrive("acme", tokens: 600);
        queue.Arrive("acme", tokens: 3000);
        queue.Arrive("acme", tokens: 100);
        queue.Run();

        // The bucket holds 1,000 and fills by 100 a second: the second needs it full, and leaves it 2,000 short.
        Assert.Equal([0, 6, 27], queue.Entered.Select(entered => Math.Round(entered.Second)));
    }

    [Fact]
    public void What_a_request_did_not_take_comes_back()
    {
        queue.Limits.Set(new("key") { TokensPerMinute = 6000 });
        var first = Request("call-1", tokens: 1000);
        Assert.Null(queue.Enter(first.Ticket));
        Assert.Equal(9, queue.Enter(Request("call-2", tokens: 900).Ticket)!.Wait.TotalSeconds, tolerance: 0.1);

        Leave(first.Request, ChatAttempt.Of(first.Request) with { Outcome = ChatAttempt.Answered, Usage = new() { InputTokenCount = 60, OutputTokenCount = 40 } });

        Assert.Null(queue.Enter(Request("call-2", tokens: 900).Ticket));
    }

    [Fact]
    public void No_more_requests_are_under_way_than_allowed()
    {
        queue.Limits.Set(new("key") { Concurrency = 3 });
        var underWay = new Queue<ModelRequest>();
        var most = 0;
        for (var number = 1; number <= 20; number++)
            queue.Arrive($"tenant-{number % 2}");

        queue.Run(ticket =>
        {
            underWay.Enqueue(Request(ticket.Request, 0).Request);
            most = Math.Max(most, queue.Limits.States().Single().UnderWay);
            // The third one ends the first, a second later.
            if (underWay.Count == 3)
            {
                queue.Advance(1);
                var ended = underWay.Dequeue();
                Leave(ended, ChatAttempt.Of(ended) with { Outcome = ChatAttempt.Answered });
            }
        });

        Assert.Equal((20, 3), (queue.Entered.Count, most));
        Assert.Equal((0, 2), (queue.Limits.States().Single().Waiting, queue.Limits.States().Single().UnderWay));
    }

    [Fact]
    public void When_a_provider_asks_to_wait_all_who_use_the_key_wait()
    {
        var turnedAway = Request("call-1", tokens: 10);
        Assert.Null(queue.Enter(turnedAway.Ticket));
        Leave(turnedAway.Request, ChatAttempt.Of(turnedAway.Request) with { Outcome = "RateLimited", StatusCode = 429, RetryAfterMs = 30_000 });

        var turn = queue.Enter(Request("call-2", tokens: 10).Ticket)!;
        Assert.Equal((true, 30), (turn.Shut, Math.Round(turn.Wait.TotalSeconds)));
        Assert.Null(queue.Enter(Request("call-3", tokens: 10, key: "other").Ticket));
        Assert.Equal(queue.Now.AddSeconds(30), queue.Limits.States().Single().ShutUntil);

        queue.Advance(31);
        Assert.Null(queue.Enter(Request("call-2", tokens: 10).Ticket));
    }

    [Fact]
    public void A_key_can_be_opened_again_before_its_time()
    {
        var turnedAway = Request("call-1", tokens: 10);
        Leave(turnedAway.Request, ChatAttempt.Of(turnedAway.Request) with { Outcome = "RateLimitedLong", StatusCode = 429, RetryAfterMs = 7_200_000 });
        Assert.NotNull(queue.Enter(turnedAway.Ticket));

        queue.Limits.Reopen("key");

        Assert.Null(queue.Enter(turnedAway.Ticket));
    }

    [Fact]
    public void Whoever_does_not_come_when_it_is_told_to_is_passed_over()
    {
        queue.Limits.Set(new("key") { RequestsPerMinute = 6 });
        Assert.Null(queue.Enter(Request("call-1", 10).Ticket));
        Assert.Equal(10, queue.Enter(Request("gone", 10).Ticket)!.Wait.TotalSeconds, tolerance: 0.1);
        Assert.Equal(20, queue.Enter(Request("call-3", 10).Ticket)!.Wait.TotalSeconds, tolerance: 0.1);

        queue.Advance(16);

        Assert.Null(queue.Enter(Request("call-3", 10).Ticket));
    }

    [Fact]
    public void A_limit_for_a_reference_holds_for_each_of_its_credentials_by_itself()
    {
        queue.Limits.Set(new("reference") { RequestsPerMinute = 6 });
        queue.Limits.Set(new("large") { RequestsPerMinute = 600 });

        Assert.Null(queue.Enter(queue.Arrive("acme", key: "small-1")));
        Assert.NotNull(queue.Enter(queue.Arrive("acme", key: "small-1")));
        Assert.Null(queue.Enter(queue.Arrive("acme", key: "small-2")));
        for (var number = 0; number < 100; number++)
            Assert.Null(queue.Enter(queue.Arrive("acme", key: "large")));
        Assert.NotNull(queue.Enter(queue.Arrive("acme", key: "large")));
    }

    [Fact]
    public async Task Workers_that_ask_at_once_share_the_same_limit()
    {
        queue.Limits.Set(new("key") { RequestsPerMinute = 60 });
        RateLimits[] workers = [queue.Limits, Other(), Other()];

        var entered = await Task.WhenAll(Enumerable.Range(0, 50).Select(number => Task.Run(() =>
            AIDatabase.Open(queue.Database.Path).Write(transaction => workers[number % 3].Enter(transaction, Request($"call-{number}", 10).Ticket)) is null)));

        Assert.Equal(10, entered.Count(yes => yes));

        RateLimits Other() => new(AIDatabase.Open(queue.Database.Path), queue.Time);
    }

    [Theory]
    [InlineData(0.0, null, null)]
    [InlineData(null, -1.0, null)]
    [InlineData(null, null, 0)]
    public void A_limit_that_lets_nothing_in_is_refused(double? requests, double? tokens, int? concurrency) =>
        Assert.Throws<ArgumentException>(() => queue.Limits.Set(new("key") { RequestsPerMinute = requests, TokensPerMinute = tokens, Concurrency = concurrency }));

    private (ModelRequest Request, RateTicket Ticket) Request(string name, long tokens, string key = "key")
    {
        var request = new ModelRequest
        {
            Id = name,
            Place = name,
            Tenant = "acme",
            ModelName = "m",
            Provider = "p",
            Model = "m",
            Credential = "reference",
            CredentialId = key,
            Messages = [],
            Options = new(),
            StartedAt = queue.Now,
        };
        return (request, RateTicket.Of(request, tokens));
    }

    private void Leave(ModelRequest request, ChatAttempt attempt) => queue.Database.Write(transaction => queue.Limits.Leave(transaction, request, attempt));
}
