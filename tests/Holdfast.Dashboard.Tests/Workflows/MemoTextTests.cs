using Google.Protobuf;
using Holdfast.Dashboard.Tests.History;
using Holdfast.Dashboard.Workflows;
using Temporalio.Api.Common.V1;

namespace Holdfast.Dashboard.Tests.Workflows;

public sealed class MemoTextTests
{
    [Fact]
    public void Texts_are_shown_by_the_order_of_their_names_and_nothing_else()
    {
        var memo = new Memo
        {
            Fields =
            {
                ["subject"] = HandMadeHistory.Json("Charged twice"),
                ["from"] = HandMadeHistory.Json("Priya"),
                ["customer"] = HandMadeHistory.Json(42),
                ["nothing"] = HandMadeHistory.Json(""),
                ["holdfast_approval"] = HandMadeHistory.Json("what the approvals show"),
                ["picture"] = new Payload { Data = ByteString.CopyFrom(0xff, 0xd8) },
            },
        };

        Assert.Equal("Priya · Charged twice", MemoText.Of(memo));
        Assert.Equal("", MemoText.Of(null));
    }
}
