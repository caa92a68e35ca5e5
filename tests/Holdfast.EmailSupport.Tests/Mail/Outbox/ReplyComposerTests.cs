using Holdfast.EmailSupport.Mail.Outbox;
using Holdfast.EmailSupport.Workflows;
using MimeKit;

namespace Holdfast.EmailSupport.Tests.Mail.Outbox;

public sealed class ReplyComposerTests
{
    private static readonly ReplyOrder Order = new()
    {
        To = new("ada@customer.test", "Ada"),
        Subject = "Re: Hello",
        Body = "Grüße,\nDesk",
        Date = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero),
        InReplyTo = "m1@customer.test",
        References = ["m0@customer.test", "m1@customer.test"],
    };

    [Fact]
    public void A_reply_carries_the_headers_that_keep_its_thread_together()
    {
        var reply = Parse(Order);

        Assert.Equal("holdfast.1.reply@desk.test", reply.MessageId);
        Assert.Equal("m1@customer.test", reply.InReplyTo);
        Assert.Equal(["m0@customer.test", "m1@customer.test"], reply.References);
        Assert.Equal("Re: Hello", reply.Subject);
        Assert.Equal("\"Ada\" <ada@customer.test>", reply.To.ToString());
        Assert.Equal("\"Desk\" <support@desk.test>", reply.From.ToString());
        Assert.Equal("Grüße,\nDesk\n", reply.TextBody!.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Only_a_reply_that_no_person_saw_says_that_it_is_automatic()
    {
        Assert.Equal("auto-replied", Parse(Order).Headers["Auto-Submitted"]);
        Assert.Null(Parse(Order with { Seal = "seal" }).Headers["Auto-Submitted"]);
        Assert.Equal("All", Parse(Order with { Seal = "seal" }).Headers["X-Auto-Response-Suppress"]);
    }

    [Fact]
    public void A_reply_of_the_offline_rules_says_so() =>
        Assert.Equal("offline-rules (no model)", Parse(Order with { WriterNotice = "offline-rules (no model)" }).Headers["X-Holdfast-Writer"]);

    [Fact]
    public void The_same_order_gives_the_same_bytes() => Assert.Equal(Compose(Order).Bytes, Compose(Order).Bytes);

    [Fact]
    public void Nothing_that_a_stranger_wrote_can_add_a_header()
    {
        var reply = Parse(Order with
        {
            Subject = "Re: x\r\nBcc: thief@evil.test\r\n\r\nbody",
            To = new("ada@customer.test", "Ada\r\nBcc: thief@evil.test"),
        });

        Assert.Empty(reply.Bcc);
        Assert.Equal("Re: x Bcc: thief@evil.test body", reply.Subject);
        Assert.Equal("ada@customer.test", Assert.Single(reply.To.Mailboxes).Address);
    }

    private static OutgoingMail Compose(ReplyOrder order) => ReplyComposer.Compose(order, "holdfast.1.reply@desk.test", Raw.Identity);

    private static MimeMessage Parse(ReplyOrder order) => MimeMessage.Load(new MemoryStream(Compose(order).Bytes));
}
