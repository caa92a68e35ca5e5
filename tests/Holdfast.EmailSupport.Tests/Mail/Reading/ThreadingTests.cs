using Holdfast.EmailSupport.Mail.Reading;

namespace Holdfast.EmailSupport.Tests.Mail.Reading;

public sealed class ThreadingTests
{
    [Theory]
    [InlineData("Hello", "Re: Hello")]
    [InlineData("Re: Hello", "Re: Hello")]
    [InlineData("RE: AW: Re[2]: Hello", "Re: Hello")]
    [InlineData("Antw : Hello", "Re: Hello")]
    [InlineData("Fwd: Hello", "Re: Fwd: Hello")]
    [InlineData("Refund please", "Re: Refund please")]
    [InlineData("Re", "Re: Re")]
    [InlineData("", "Re: your message")]
    public void A_replys_subject_has_Re_once(string subject, string expected) => Assert.Equal(expected, Threading.ReplySubject(subject));

    [Fact]
    public void References_grow_by_the_parent_and_keep_the_root()
    {
        Assert.Equal(["a@x", "b@x"], Threading.ReplyReferences(["a@x"], "b@x"));
        Assert.Equal(["a@x", "b@x"], Threading.ReplyReferences(["a@x", "b@x"], "b@x"));
        Assert.Equal(["a@x"], Threading.ReplyReferences(["a@x"], null));

        var many = Threading.ReplyReferences([.. Enumerable.Range(0, 50).Select(n => $"{n}@x")], "last@x");
        Assert.Equal(21, many.Count);
        Assert.Equal("0@x", many[0]);
        Assert.Equal("last@x", many[^1]);
    }

    [Theory]
    [InlineData("a b@x")]
    [InlineData("a\r\nBcc: x@y")]
    [InlineData("<a@x")]
    [InlineData("")]
    [InlineData(null)]
    public void An_id_that_could_break_a_header_is_dropped(string? id) => Assert.Null(Threading.CleanId(id));
}
