using Holdfast.AI.Chat;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Holdfast.AI.Tests.Chat;

/// <summary>Watching answers while they are written.</summary>
public sealed class StreamingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Readers_see_an_answer_while_it_is_written_and_the_history_only_its_end()
    {
        var gate = new TaskCompletionSource();
        await using var provider = await ProviderStandIn.StartAsync(Half().Then(gate.Task, OtherHalf()));
        await using var bench = await ChatBench.OpenAsync(provider);
        var handle = await bench.StartAsync("StreamingWorkflow", "Hi");

        await using var reader = bench.Streams.ReadAsync(handle.Id).GetAsyncEnumerator();
        Assert.Equal(ChatStreamEventKind.Started, (await NextAsync(reader)).Kind);
        Assert.Equal("Half", (await NextAsync(reader)).Text);
        gate.SetResult();
        Assert.Equal(" and half", (await NextAsync(reader)).Text);
        var completed = await NextAsync(reader);
        Assert.Equal((ChatStreamEventKind.Completed, 1, "agent"), (completed.Kind, completed.Attempt, completed.Model));

        Assert.Equal("Half and half", await handle.GetResultAsync<string>().WaitAsync(Patience));
        await ChatBench.ReplayAsync(handle);
        // Started, the turns of the workflow, one activity, the end: as many as without a stream.
        Assert.Equal(11, (await handle.FetchHistoryAsync()).Events.Count);
    }

    [Fact]
    public async Task A_stream_that_breaks_off_is_asked_for_again_and_readers_are_told_to_start_over()
    {
        await using var provider = await ProviderStandIn.StartAsync(request => request.Number == 1 ? Half() : AnthropicWire.Stream("Whole"));
        await using var bench = await ChatBench.OpenAsync(provider);
        var handle = await bench.StartAsync("StreamingWorkflow", "Hi");

        Assert.Equal("Whole", await handle.GetResultAsync<string>().WaitAsync(Patience));
        var seen = await ReadAsync(bench.Streams.ReadAsync(handle.Id), 6);

        Assert.Equal(
            [(ChatStreamEventKind.Started, 1, ""), (ChatStreamEventKind.Text, 1, "Half"), (ChatStreamEventKind.Failed, 1, "ModelTruncated"),
             (ChatStreamEventKind.Restarted, 2, ""), (ChatStreamEventKind.Text, 2, "Whole"), (ChatStreamEventKind.Completed, 2, "")],
            seen.Select(happened => (happened.Kind, happened.Attempt, happened.Text)));
        Assert.Single(seen.Select(happened => happened.Call).Distinct());
    }

    [Fact]
    public async Task A_reader_over_HTTP_goes_on_where_it_was()
    {
        var gate = new TaskCompletionSource();
        await using var provider = await ProviderStandIn.StartAsync(Half().Then(gate.Task, OtherHalf()));
        await using var bench = await ChatBench.OpenAsync(provider);
        await using var web = await ServeAsync(bench.Streams);
        using var http = new HttpClient { BaseAddress = new Uri(web.Urls.First() + "/chat-streams/"), Timeout = Timeout.InfiniteTimeSpan };
        var client = new ChatStreamClient(http, TimeProvider.System);
        var handle = await bench.StartAsync("StreamingWorkflow", "Hi");

        var first = await ReadAsync(client.ReadAsync(handle.Id), 2);
        gate.SetResult();
        var rest = await ReadAsync(client.ReadAsync(handle.Id, after: first[^1].Id), 2);
        var foreign = await ReadAsync(client.ReadAsync(handle.Id, after: "somebody-7"), 5);

        Assert.Equal("Half", first[1].Text);
        Assert.Equal([" and half", ""], rest.Select(happened => happened.Text));
        Assert.Equal(ChatStreamEventKind.Reset, foreign[0].Kind);
        Assert.Equal(["Half", " and half"], foreign.Where(happened => happened.Kind == ChatStreamEventKind.Text).Select(happened => happened.Text));
    }

    [Fact]
    public async Task An_attempt_that_was_superseded_is_not_heard_any_more()
    {
        var streams = new ChatStreams(TimeProvider.System);
        var first = streams.Write("default", "w", "run/1", 1, "m");
        var second = streams.Write("default", "w", "run/1", 2, "m");
        first.Begin();
        second.Begin();
        first.Update(new(Microsoft.Extensions.AI.ChatRole.Assistant, "late"));
        second.Update(new(Microsoft.Extensions.AI.ChatRole.Assistant, "new"));
        first.Begin();

        var seen = await ReadAsync(streams.ReadAsync("w"), 3);

        Assert.Equal([ChatStreamEventKind.Started, ChatStreamEventKind.Restarted, ChatStreamEventKind.Text], seen.Select(happened => happened.Kind));
        Assert.Equal("new", seen[2].Text);
    }

    [Fact]
    public async Task A_reader_that_falls_too_far_behind_starts_over_and_memory_stays_bounded()
    {
        var streams = new ChatStreams(TimeProvider.System);
        var writer = streams.Write("default", "w", "run/1", 1, "m");
        writer.Begin();
        var first = await ReadAsync(streams.ReadAsync("w"), 1);
        for (var number = 0; number < 20_000; number++)
            writer.Update(new(Microsoft.Extensions.AI.ChatRole.Assistant, $"{number} "));

        var behind = await ReadAsync(streams.ReadAsync("w", after: first[0].Id), 2);
        var all = await ReadAsync(streams.ReadAsync("w"), 8_192);

        Assert.Equal(ChatStreamEventKind.Reset, behind[0].Kind);
        Assert.Equal("11808 ", behind[1].Text);
        Assert.Equal("19999 ", all[^1].Text);
        await NothingComesAsync(streams, "w", after: all[^1].Id);
    }

    [Fact]
    public async Task Idle_streams_make_room_for_new_ones_and_those_under_way_stay()
    {
        var streams = new ChatStreams(TimeProvider.System);
        var busy = streams.Write("default", "busy", "run/1", 1, "m");
        busy.Begin();
        for (var number = 0; number < 2_000; number++)
        {
            var writer = streams.Write("default", $"w{number}", "run/1", 1, "m");
            writer.Begin();
            writer.Completed();
        }

        busy.Completed();

        Assert.Equal([ChatStreamEventKind.Started, ChatStreamEventKind.Completed], (await ReadAsync(streams.ReadAsync("busy"), 2)).Select(happened => happened.Kind));
        await NothingComesAsync(streams, "w0");
    }

    [Fact]
    public async Task A_call_that_failed_is_not_under_way_any_more()
    {
        var streams = new ChatStreams(TimeProvider.System);
        var failed = streams.Write("default", "failed", "run/1", 1, "m");
        failed.Begin();
        failed.Failed("ModelTimeout");
        for (var number = 0; number < 1_000; number++)
            streams.Write("default", $"w{number}", "run/1", 1, "m").Begin();

        // Those under way took its place.
        await NothingComesAsync(streams, "failed");
    }

    [Fact]
    public async Task Readers_of_a_call_that_is_cancelled_are_told()
    {
        await using var provider = await ProviderStandIn.StartAsync(Half().Then(new TaskCompletionSource().Task, OtherHalf()));
        await using var bench = await ChatBench.OpenAsync(provider);
        var handle = await bench.StartAsync("StreamingWorkflow", "Hi");
        await using var reader = bench.Streams.ReadAsync(handle.Id).GetAsyncEnumerator();
        await NextAsync(reader);
        Assert.Equal("Half", (await NextAsync(reader)).Text);

        await handle.CancelAsync();

        var last = await NextAsync(reader);
        Assert.Equal((ChatStreamEventKind.Failed, ChatStreamEvent.Cancelled), (last.Kind, last.Text));
    }

    private static StandInReply Half() => StandInReply.Events([.. AnthropicWire.Opening(), AnthropicWire.Piece("Half")]);

    private static StandInReply OtherHalf() => StandInReply.Events([AnthropicWire.Piece(" and half"), .. AnthropicWire.Closing()]);

    private static async Task NothingComesAsync(ChatStreams streams, string workflowId, string? after = null)
    {
        using var stop = new CancellationTokenSource();
        await using var reader = streams.ReadAsync(workflowId, after).GetAsyncEnumerator(stop.Token);
        var next = reader.MoveNextAsync().AsTask();
        // What there is would be given at once.
        Assert.False(next.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    private static async Task<ChatStreamEvent> NextAsync(IAsyncEnumerator<ChatStreamEvent> reader)
    {
        Assert.True(await reader.MoveNextAsync().AsTask().WaitAsync(Patience));
        return reader.Current;
    }

    private static async Task<List<ChatStreamEvent>> ReadAsync(IAsyncEnumerable<ChatStreamEvent> stream, int count)
    {
        var seen = new List<ChatStreamEvent>();
        using var stop = new CancellationTokenSource(Patience);
        try
        {
            await foreach (var happened in stream.WithCancellation(stop.Token))
            {
                seen.Add(happened);
                if (seen.Count == count)
                    return seen;
            }
        }
        catch (OperationCanceledException)
        {
            // Told below.
        }

        throw new TimeoutException($"Of {count} events there were {seen.Count}: {string.Join(", ", seen.Take(20).Select(happened => happened.Kind))}");
    }

    private static async Task<WebApplication> ServeAsync(ChatStreams streams)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(streams);
        var web = builder.Build();
        web.MapDurableChatStreams();
        await web.StartAsync();
        return web;
    }
}
