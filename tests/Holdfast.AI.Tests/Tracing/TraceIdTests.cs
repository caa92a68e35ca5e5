using Holdfast.AI.Chat;
using Holdfast.AI.Tracing.Spans;

namespace Holdfast.AI.Tests.Tracing;

public sealed class TraceIdTests
{
    [Fact]
    public void Ids_are_those_that_Langfuses_own_SDKs_make_of_a_seed()
    {
        Assert.Equal("0f17c87b12558e73644ead9b5bda391c", TraceIds.Trace("tenant1/support-triage-42:0199-run-1"));
        Assert.Equal("44361cabfab30524", TraceIds.Span("tenant1/support-triage-42:0199-run-1:root"));
        Assert.Equal(TraceIds.Trace("default|w|r"), TraceIds.TraceOf("default", "w", "r"));
    }

    [Fact]
    public void Every_attempt_and_every_request_has_an_id_of_its_own()
    {
        string[] ids =
        [
            TraceIds.RootOf("n", "w", "r"),
            TraceIds.ActivityOf("n", "w", "r", "1", 1),
            TraceIds.ActivityOf("n", "w", "r", "1", 2),
            TraceIds.ActivityOf("n", "w", "r2", "1", 1),
            TraceIds.ActivityOf("n", "w", "r", "1|2", 1),
            TraceIds.ActivityOf("n", "w", "r", "1", 21),
            TraceIds.GenerationOf("t", ModelRequest.IdOf("n", "r", "1", 1, 1)),
            TraceIds.GenerationOf("t", ModelRequest.IdOf("n", "r", "1", 1, 2)),
            TraceIds.GenerationOf("t", ModelRequest.IdOf("n", "r", "1", 2, 1)),
            TraceIds.GenerationOf("t", ModelRequest.IdOf("n", "r", "1/1", 2, 1)),
            TraceIds.ApprovalOf("n", "w", "r", "1"),
        ];

        Assert.Equal(ids.Length, ids.Distinct().Count());
    }
}
