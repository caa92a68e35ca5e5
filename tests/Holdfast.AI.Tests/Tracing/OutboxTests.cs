using System.Text;
using Holdfast.AI.Database;
using Holdfast.AI.Tracing.Outbox;
using Holdfast.AI.Tracing.Spans;

namespace Holdfast.AI.Tests.Tracing;

/// <summary>Spans on disk, and how they reach a Langfuse that is slow, strict or away. Time is virtual.</summary>
public sealed class OutboxTests
{
    [Fact]
    public async Task A_span_is_sent_once_however_often_it_is_told()
    {
        await using var bench = await OutboxBench.OpenAsync();
        await bench.WriteAsync(OutboxBench.Span(1), OutboxBench.Span(1), OutboxBench.Span(2));
        await bench.SendAsync();
        await bench.WriteAsync(OutboxBench.Span(1), OutboxBench.Span(3));
        bench.Exporter.Dispose();
        bench.Open();
        await bench.WriteAsync(OutboxBench.Span(2));

        await bench.SendAsync();

        AssertSentOnce(bench, 3);
        Assert.Equal((0, 0, 3), (bench.Health.Waiting, bench.Health.WaitingBytes, bench.Health.Sent));
    }

    [Fact]
    public void What_waited_before_tenants_had_projects_goes_to_the_project_of_all()
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-outbox-").FullName;
        try
        {
            var database = AIDatabase.Open(Path.Combine(folder, "ai.db"));
            database.Migrate("tracing", [AIDatabase.Schemas(typeof(SpanOutbox).Assembly, "Holdfast.AI.Tracing.Schema.")[0]]);
            database.Write(transaction =>
            {
                transaction.Execute("INSERT INTO trace_item (kind, trace_id, item_id, state, payload, bytes, at) VALUES (0, 't', 'waited', 1, x'7b7d', 2, 0)");
            });

            var outbox = new SpanOutbox(database);

            Assert.Null(outbox.Next("acme", _ => ([], [])));
            Assert.Equal("waited", Assert.Single(outbox.Next("", _ => ([], []))!.Items).ItemId);
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(503)]
    [InlineData(504)]
    [InlineData(429)]
    [InlineData(0)]
    public async Task A_batch_that_may_have_been_taken_is_repeated_byte_for_byte_even_by_a_process_with_other_settings(int status)
    {
        await using var bench = await OutboxBench.OpenAsync();
        bench.Langfuse.Fault = (number, _) => number <= 2 ? new(status, Stores: true) : null;
        await bench.WriteAsync(OutboxBench.Span(1), OutboxBench.Span(2));
        await bench.SendAsync();
        await bench.WriteAsync(OutboxBench.Span(3));
        bench.Exporter.Dispose();
        bench.Open(options => options.ServiceName = "another");

        await bench.SendAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(4, bench.Langfuse.Bodies.Count);
        Assert.Single(bench.Langfuse.Bodies.Take(3).Distinct());
        AssertSentOnce(bench, 3);
    }

    [Fact]
    public async Task Batches_stay_below_what_Langfuse_takes()
    {
        await using var bench = await OutboxBench.OpenAsync();
        var text = new string('€', 150_000);
        await bench.WriteAsync([.. Enumerable.Range(1, 20).Select(number => OutboxBench.Span(number, text))]);

        await bench.SendAsync();

        Assert.All(bench.Langfuse.Bodies, body => Assert.InRange(Encoding.UTF8.GetByteCount(body), 1, SpanOutbox.MaxBatchBytes));
        Assert.Equal(3, bench.Langfuse.Bodies.Count);
        AssertSentOnce(bench, 20);
    }

    [Fact]
    public async Task A_span_that_Langfuse_does_not_take_is_set_aside_with_the_reason_and_the_others_arrive()
    {
        await using var bench = await OutboxBench.OpenAsync();
        await bench.WriteAsync([.. Enumerable.Range(1, 20).Select(number => OutboxBench.Span(number))]);
        await bench.Writer.WriteAsync(new OutboxEntry.Ended("t", "bad", """{"traceId":"no id","spanId":"bad","name":"bad"}"""u8.ToArray()));
        await bench.WriteAsync([.. Enumerable.Range(21, 20).Select(number => OutboxBench.Span(number))]);

        await bench.SendAsync();

        Assert.Equal(40, bench.Langfuse.Observations.Count);
        Assert.DoesNotContain(bench.Langfuse.Violations, violation => violation.Contains("came again", StringComparison.Ordinal));
        Assert.Equal((0, 1, 40, null), (bench.Health.Waiting, bench.Health.Refused, bench.Health.Sent, bench.Health.Problem));
    }

    [Fact]
    public async Task A_Langfuse_that_refuses_everything_does_not_cost_every_span()
    {
        await using var bench = await OutboxBench.OpenAsync();
        bench.Langfuse.Fault = (_, _) => new(400);
        await bench.WriteAsync([.. Enumerable.Range(1, 200).Select(number => OutboxBench.Span(number))]);

        await bench.SendAsync();

        Assert.Equal(10, bench.Health.Refused);
        Assert.Contains("takes nothing", bench.Health.Problem, StringComparison.Ordinal);
        bench.Langfuse.Fault = (_, _) => null;
        await bench.SendAsync(TimeSpan.FromHours(1));
        Assert.Equal((190, null), (bench.Langfuse.Observations.Count, bench.Health.Problem));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    public async Task A_refused_key_stops_the_export_says_so_and_loses_nothing(int status)
    {
        await using var bench = await OutboxBench.OpenAsync();
        bench.Langfuse.Fault = (_, _) => new(status);
        await bench.WriteAsync(OutboxBench.Span(1));

        Assert.Equal(OutboxExporter.NotAllowedRetry, await bench.Exporter.StepAsync(CancellationToken.None));
        Assert.Contains($"answered {status}", bench.Health.Problem, StringComparison.Ordinal);

        bench.Langfuse.Fault = (_, _) => null;
        await bench.SendAsync();
        AssertSentOnce(bench, 1);
        Assert.Null(bench.Health.Problem);
    }

    [Fact]
    public async Task Langfuse_is_asked_again_when_it_says()
    {
        await using var bench = await OutboxBench.OpenAsync();
        bench.Langfuse.Fault = (_, _) => new(429, RetryAfter: "120");
        await bench.WriteAsync(OutboxBench.Span(1));

        Assert.Equal(TimeSpan.FromSeconds(120), await bench.Exporter.StepAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_Langfuse_that_is_down_for_a_day_is_asked_seldom_and_gets_everything_afterwards()
    {
        await using var bench = await OutboxBench.OpenAsync();
        var back = bench.Time.GetUtcNow().AddDays(1);
        bench.Langfuse.Fault = (number, _) => bench.Time.GetUtcNow() < back ? new(number % 2 == 0 ? 0 : 503) : null;
        var written = 0;
        var retryAt = bench.Time.GetUtcNow();
        while (bench.Time.GetUtcNow() < back)
        {
            // A span each minute, and the tries when the exporter wants them.
            await bench.WriteAsync(OutboxBench.Span(++written, "what was said"));
            if (bench.Time.GetUtcNow() >= retryAt)
                retryAt = bench.Time.GetUtcNow() + (await bench.Exporter.StepAsync(CancellationToken.None) ?? TimeSpan.Zero);
            bench.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal((1440, 1440), (written, bench.Health.Waiting));
        Assert.InRange(bench.Langfuse.Requests, 200, 320);
        Assert.Equal(bench.Time.GetUtcNow().AddDays(-1), bench.Health.OldestSince);

        await bench.SendAsync(TimeSpan.FromMinutes(10));

        AssertSentOnce(bench, 1440);
        Assert.Equal((0, 0, null), (bench.Health.Waiting, bench.Health.WaitingBytes, bench.Health.Problem));
    }

    [Fact]
    public async Task What_waits_is_bounded_and_what_is_given_up_is_counted()
    {
        await using var bench = await OutboxBench.OpenAsync(options => options.MaxWaitingBytes = 2_000_000);
        var text = new string('x', 1_000);
        await bench.WriteAsync([.. Enumerable.Range(1, 1_600).Select(number => OutboxBench.Span(number, text))]);

        var health = bench.Health;
        Assert.InRange(health.WaitingBytes, 1, 2_000_000);
        Assert.InRange(health.GivenUp, 1, 1_599);
        Assert.Equal(1_600, health.Waiting + health.GivenUp);

        await bench.SendAsync();
        AssertSentOnce(bench, (int)health.Waiting);
        // The newest are those that are kept.
        Assert.Contains(bench.Langfuse.Observations, observation => observation.Name == "step 1600");
    }

    [Fact]
    public async Task A_span_whose_end_nobody_can_tell_any_more_is_told_as_it_began()
    {
        await using var bench = await OutboxBench.OpenAsync();
        var (first, second, third) = (OutboxBench.Span(1, "lost"), OutboxBench.Span(2, "lost"), OutboxBench.Span(3, "lost"));
        await BeginAsync(bench, first, "a", 1);
        await BeginAsync(bench, second, "a", 2);
        await BeginAsync(bench, third, "b", 1);

        await bench.SendAsync();
        Assert.Empty(bench.Langfuse.Observations);
        await bench.Writer.WriteAsync(new OutboxEntry.AttemptsLost(first.TraceId, "a", 2));
        await bench.SendAsync();
        Assert.Equal(["step 1"], bench.Langfuse.Observations.Select(observation => observation.Name));

        await bench.WriteAsync(OutboxBench.Span(2, "done"));
        await bench.Writer.WriteAsync(new OutboxEntry.RunClosed(first.TraceId));
        // Too late for the first, which was sent; in time for the third, which still waits.
        await bench.WriteAsync(OutboxBench.Span(1, "late"), OutboxBench.Span(3, "late"));
        await bench.SendAsync();

        AssertSentOnce(bench, 3);
        Assert.Equal(["lost", "done", "late"], bench.Langfuse.Observations.Select(observation => observation.Output));
        Assert.Equal((0, 0), (bench.Health.Waiting, bench.Health.WaitingBytes));
    }

    [Fact]
    public async Task Of_several_processes_one_sends()
    {
        await using var bench = await OutboxBench.OpenAsync();
        await bench.WriteAsync(OutboxBench.Span(1));
        bench.Langfuse.Fault = (_, _) => new(503);
        var first = bench.Exporter;
        await first.StepAsync(CancellationToken.None);
        bench.Open();
        bench.Langfuse.Fault = (_, _) => null;

        Assert.Null(await bench.Exporter.StepAsync(CancellationToken.None));
        Assert.Empty(bench.Langfuse.Observations);

        await first.FlushAsync(CancellationToken.None);
        AssertSentOnce(bench, 1);
        await bench.WriteAsync(OutboxBench.Span(2));
        await bench.SendAsync();
        AssertSentOnce(bench, 2);
    }

    [Fact]
    public async Task What_was_sent_is_remembered_for_long_and_then_forgotten()
    {
        await using var bench = await OutboxBench.OpenAsync();
        await bench.WriteAsync(OutboxBench.Span(1));
        await BeginAsync(bench, OutboxBench.Span(2, "lost"), "a", 1);
        await bench.SendAsync();

        bench.Time.Advance(OutboxExporter.Memory - TimeSpan.FromHours(2));
        await bench.SendAsync();
        Assert.True(bench.Outbox.Knows(ItemKind.Span, OutboxBench.Span(1).TraceId, OutboxBench.Span(1).SpanId));
        bench.Time.Advance(TimeSpan.FromHours(4));
        await bench.SendAsync();

        Assert.False(bench.Outbox.Knows(ItemKind.Span, OutboxBench.Span(1).TraceId, OutboxBench.Span(1).SpanId));
        Assert.Equal(["step 1", "step 2"], bench.Langfuse.Observations.Select(observation => observation.Name));
    }

    private static Task BeginAsync(OutboxBench bench, Observation span, string activity, int attempt) => bench.Writer.WriteAsync(
        new OutboxEntry.Begun(span.TraceId, span.SpanId, activity, attempt, new SpanEncoder(bench.Options).Encode(span)));

    private static void AssertSentOnce(OutboxBench bench, int count)
    {
        Assert.Empty(bench.Langfuse.Violations);
        Assert.Equal(count, bench.Langfuse.Observations.Count);
    }
}
