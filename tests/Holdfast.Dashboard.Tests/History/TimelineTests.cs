using Holdfast.Dashboard.History;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;
using static Holdfast.Dashboard.Tests.History.HandMadeHistory;

namespace Holdfast.Dashboard.Tests.History;

public sealed class TimelineTests
{
    private static readonly DateTime Noon = new(2026, 11, 22, 12, 0, 0, DateTimeKind.Utc);
    private readonly HandMadeHistory _history = new(Noon);

    [Fact]
    public void An_activity_is_one_row_from_its_scheduling_to_its_end()
    {
        var scheduled = _history.ActivityScheduled("ChargeCard", new { amount = 49 });
        var started = _history.After(TimeSpan.FromSeconds(9)).ActivityStarted(scheduled, attempt: 3, ApplicationFailure("CardDeclined", "try later"));
        _history.After(TimeSpan.FromSeconds(1)).ActivityCompleted(scheduled, started, "receipt-1");

        var row = Assert.Single(Read().Rows);
        Assert.Equal((TimelineKind.Activity, "ChargeCard", TimelineState.Completed), (row.Kind, row.Title, row.State));
        Assert.Equal(TimeSpan.FromSeconds(10), row.End - row.Start);
        Assert.Equal(3, row.Attempt);
        Assert.Equal("CardDeclined: try later", FailureText.Of(row.Failure!));
        Assert.Equal(["Input", "Result"], row.Payloads.Select(one => one.Name));
        Assert.Equal([1L, 2L, 3L], row.Events.Select(one => one.EventId));
    }

    [Fact]
    public void Units_that_overlap_stand_in_the_order_in_which_they_began()
    {
        var first = _history.ActivityScheduled("A");
        var second = _history.ActivityScheduled("B");
        var secondStarted = _history.ActivityStarted(second);
        var firstStarted = _history.ActivityStarted(first);
        _history.ActivityCompleted(second, secondStarted);
        _history.ActivityFailed(first, firstStarted, ApplicationFailure("", "no"));

        Assert.Equal(
            [("A", TimelineState.Failed), ("B", TimelineState.Completed)],
            Read().Rows.Select(row => (row.Title, row.State)));
    }

    [Fact]
    public void A_cancel_request_that_comes_too_late_does_not_open_an_activity_again()
    {
        var scheduled = _history.ActivityScheduled("A");
        var started = _history.ActivityStarted(scheduled);
        _history.ActivityCompleted(scheduled, started);
        _history.ActivityCancelRequested(scheduled);

        var row = Assert.Single(Read().Rows);
        Assert.Equal(TimelineState.Completed, row.State);
        Assert.NotNull(row.End);
    }

    [Fact]
    public void What_has_not_ended_is_open()
    {
        _history.ActivityScheduled("A");

        var row = Assert.Single(Read().Rows);
        Assert.Equal((TimelineState.Open, null), (row.State, row.End));
    }

    [Fact]
    public void Timers_say_their_delay_and_how_they_ended()
    {
        var reminder = _history.TimerStarted("reminder", TimeSpan.FromHours(4));
        var deadline = _history.TimerStarted("deadline", TimeSpan.FromDays(3));
        _history.TimerFired("reminder", reminder);
        _history.TimerCanceled("deadline", deadline);

        Assert.Equal(
            [("Timer reminder", "4 h 0 m", TimelineState.Completed), ("Timer deadline", "3 d 0 h", TimelineState.Canceled)],
            Read().Rows.Select(row => (row.Title, row.Detail, row.State)));
    }

    [Fact]
    public void An_update_is_one_row_from_its_admission_to_its_outcome()
    {
        _history.UpdateAdmitted("u1", "decide");
        var accepted = _history.UpdateAccepted("u1", "decide", new { verdict = "approve" });
        _history.UpdateCompleted("u1", accepted, new() { Success = Values("done") });
        var other = _history.UpdateAccepted("u2", "decide");
        _history.UpdateCompleted("u2", other, new() { Failure = ApplicationFailure("TooLate", "decided already") });

        var rows = Read().Rows;
        Assert.Equal(
            [("decide", TimelineState.Completed, 3), ("decide", TimelineState.Failed, 2)],
            rows.Select(row => (row.Title, row.State, row.Events.Count)));
        Assert.Equal(["Input", "Result"], rows[0].Payloads.Select(one => one.Name));
        Assert.Equal("TooLate: decided already", FailureText.Of(rows[1].Failure!));
    }

    [Fact]
    public void A_child_leads_to_its_run_and_shows_the_cause_of_its_failure()
    {
        var initiated = _history.ChildInitiated("order-1/ship", "Ship");
        var started = _history.ChildStarted(initiated, "order-1/ship", "run-9");
        _history.ChildFailed(initiated, started, new Failure
        {
            Message = "child workflow execution error",
            ChildWorkflowExecutionFailureInfo = new(),
            Cause = ApplicationFailure("OutOfStock", "no boxes"),
        });

        var row = Assert.Single(Read().Rows);
        Assert.Equal((TimelineKind.ChildWorkflow, "Ship", "order-1/ship"), (row.Kind, row.Title, row.Detail));
        Assert.Equal(("order-1/ship", "run-9"), row.Target);
        Assert.Equal("OutOfStock: no boxes", FailureText.Of(row.Failure!));
    }

    [Fact]
    public void Local_activities_and_patches_are_called_by_their_names()
    {
        _history.Marker("core_local_activity", "data", new { activity_type = "FetchRates", attempt = 1 });
        _history.Marker("core_patch", "patch-data", new { id = "new-tax", deprecated = false });
        _history.Marker("mine", "x", 1);

        Assert.Equal(["Local activity FetchRates", "Patch new-tax", "Marker mine"], Read().Rows.Select(row => row.Title));
    }

    [Fact]
    public void The_authors_own_summary_is_part_of_the_detail()
    {
        _history.TimerStarted("1", TimeSpan.FromMinutes(1));
        _history.Events[0].UserMetadata = new() { Summary = Json("wait for the courier") };

        Assert.Equal("1 m 0 s · wait for the courier", Assert.Single(Read().Rows).Detail);
    }

    [Fact]
    public void Pages_that_come_twice_change_nothing()
    {
        _history.Started("Order", 1);
        _history.WorkflowTask();
        _history.Completed("ok");

        var timeline = Read();
        foreach (var again in _history.Events)
            timeline.Add(again);

        Assert.Equal(5, timeline.Events.Count);
        Assert.Equal(3, timeline.Rows.Count);
        Assert.Equal(EventType.WorkflowExecutionCompleted, timeline.CloseEvent?.EventType);
    }

    [Fact]
    public void A_history_that_begins_in_the_middle_is_still_shown()
    {
        _history.ActivityCompleted(scheduled: 40, started: 41, "x");

        Assert.Equal(TimelineState.Completed, Assert.Single(Read().Rows).State);
    }

    [Fact]
    public void Every_event_type_even_an_unknown_one_makes_a_row_with_a_title()
    {
        foreach (var type in Enum.GetValues<EventType>().Append((EventType)9999))
        {
            // The attributes are left out on purpose: a page must not break over an event it cannot make sense of.
            var bare = new HistoryEvent { EventId = 1, EventType = type, EventTime = new() };
            var attributes = HistoryEvent.Descriptor.Oneofs[0].Fields
                .FirstOrDefault(field => field.Name == Snake(type) + "_event_attributes");
            attributes?.Accessor.SetValue(bare, attributes.MessageType.Parser.ParseFrom([]));
            var timeline = new Timeline();

            timeline.Add(bare);

            Assert.NotEqual("", Assert.Single(timeline.Rows).Title.Trim());
            Assert.NotEqual("", EventJson.Of(bare));
        }

        static string Snake(EventType type) =>
            string.Concat(type.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? "_" + char.ToLowerInvariant(c) : char.ToLowerInvariant(c).ToString()));
    }

    private Timeline Read()
    {
        var timeline = new Timeline();
        foreach (var one in _history.Events)
            timeline.Add(one);
        return timeline;
    }
}
