using Holdfast.AI.Approvals;

namespace Holdfast.EmailSupport.Tests.Approvals;

public sealed class ContentSealTests
{
    [Fact]
    public void The_seal_depends_on_every_part_and_on_where_one_ends()
    {
        string[] seals =
        [
            ContentSeal.Of("text", "a@example.test", "Re: x"),
            ContentSeal.Of("text ", "a@example.test", "Re: x"),
            ContentSeal.Of("text", "b@example.test", "Re: x"),
            ContentSeal.Of("text", "Re: x", "a@example.test"),
            ContentSeal.Of("texta@example.test", "Re: x"),
            ContentSeal.Of("text", "a@example.testRe: x"),
            ContentSeal.Of("text"),
        ];

        Assert.Equal(seals.Length, seals.Distinct().Count());
        Assert.Equal(seals[0], ContentSeal.Of("text", "a@example.test", "Re: x"));
    }
}
