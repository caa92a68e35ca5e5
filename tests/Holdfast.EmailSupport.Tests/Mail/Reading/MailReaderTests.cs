using System.Text;
using Holdfast.EmailSupport.Mail.Reading;

namespace Holdfast.EmailSupport.Tests.Mail.Reading;

public sealed class MailReaderTests
{
    [Fact]
    public void A_plain_mail_is_read_with_its_headers()
    {
        var email = Raw.Read("Where is my parcel?\n\nAda", ("In-Reply-To", "<p2@x.test>"), ("References", "<p1@x.test> <p2@x.test>"));

        Assert.Equal("Ada Lovelace <ada@customer.test>", email.From.ToString());
        Assert.Equal("ada@customer.test", email.ReplyTo.Address);
        Assert.Equal("Hello", email.Subject);
        Assert.Equal("Where is my parcel?\n\nAda", email.Text);
        Assert.Equal("m1@customer.test", email.MessageId);
        Assert.Equal(["p1@x.test", "p2@x.test"], email.References);
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero), email.Date);
        Assert.Empty(email.Notes);
        Assert.Null(email.NoReplyReason);
        Assert.Equal($"processed/{email.Id}.eml", email.File);
    }

    [Theory]
    [InlineData("iso-8859-1", "Gr\u00fc\u00dfe aus K\u00f6ln")]
    [InlineData("windows-1252", "\u201eAnf\u00fchrung\u201c \u20ac 5")]
    [InlineData("windows-1251", "\u041f\u0440\u0438\u0432\u0435\u0442")]
    [InlineData("koi8-r", "\u041f\u0440\u0438\u0432\u0435\u0442")]
    [InlineData("shift_jis", "\u3053\u3093\u306b\u3061\u306f")]
    [InlineData("utf-8", "\u4f60\u597d, \u00e9t\u00e9")]
    public void Text_is_decoded_from_the_charset_that_the_mail_declares(string charset, string text)
    {
        var head = Raw.Mail("", ("Content-Type", $"text/plain; charset={charset}"), ("Content-Transfer-Encoding", "8bit"));

        Assert.Equal(text, Raw.Read([.. head, .. Encoding.GetEncoding(charset).GetBytes(text)]).Text);
    }

    [Fact]
    public void An_encoded_subject_and_name_are_decoded()
    {
        var email = Raw.Read("x", ("Subject", "=?utf-8?B?R3LDvMOfZQ==?="), ("From", "=?iso-8859-1?Q?J=FCrgen?= <j@customer.test>"));

        Assert.Equal("Grüße", email.Subject);
        Assert.Equal("Jürgen", email.From.Name);
    }

    [Fact]
    public void Reply_to_in_another_domain_is_ignored_and_noted()
    {
        var email = Raw.Read("x", ("Reply-To", "thief@elsewhere.test"));

        Assert.Equal("ada@customer.test", email.ReplyTo.Address);
        Assert.Contains("thief@elsewhere.test", Assert.Single(email.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Reply_to_within_the_senders_domain_is_followed()
    {
        var email = Raw.Read("x", ("Reply-To", "Team <team@customer.test>"));

        Assert.Equal("team@customer.test", email.ReplyTo.Address);
        Assert.Empty(email.Notes);
    }

    [Fact]
    public void Invisible_characters_are_dropped_from_every_text()
    {
        var body = "pay\u200b me \u202egnp.exe\u2066 now\ufeff \U000e0041\u0007";
        var head = Raw.Mail("", ("Content-Type", "text/plain; charset=utf-8"), ("Subject", "=?utf-8?B?" + Convert.ToBase64String(Encoding.UTF8.GetBytes("a\u202eb\r\nBcc: x@y.test")) + "?="));

        var email = Raw.Read([.. head, .. Encoding.UTF8.GetBytes(body)]);

        Assert.Equal("pay me gnp.exe now", email.Text.TrimEnd());
        Assert.Equal("abBcc: x@y.test", email.Subject);
    }

    [Fact]
    public void A_very_long_text_is_cut_and_the_cut_is_noted()
    {
        var email = Raw.Read(string.Concat(Enumerable.Repeat("word ", 10_000)));

        Assert.Equal(20_000, email.Text.Length);
        Assert.EndsWith("[cut]", email.Text, StringComparison.Ordinal);
        Assert.Contains("cut from", Assert.Single(email.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Attachments_are_listed_by_clean_names_and_decoded_sizes_and_not_opened()
    {
        var email = Raw.Read(
            """
            --B
            Content-Type: text/plain

            See attached.
            --B
            Content-Type: application/pdf; name="x"
            Content-Disposition: attachment; filename="../../etc/inv=?oice.pdf"
            Content-Transfer-Encoding: base64

            aGVsbG8=
            --B
            Content-Type: message/rfc822

            From: other@x.test
            Subject: Inner mail

            Inner text
            --B--
            """,
            ("MIME-Version", "1.0"), ("Content-Type", "multipart/mixed; boundary=B"));

        Assert.Equal("See attached.", email.Text);
        Assert.Equal("inv=?oice.pdf", email.Attachments[0].Name);
        Assert.Equal(5, email.Attachments[0].SizeBytes);
        Assert.Equal("message/rfc822", email.Attachments[1].MediaType);
        Assert.Equal("Inner mail.eml", email.Attachments[1].Name);
        Assert.Equal(2, email.Attachments.Count);
    }

    [Fact]
    public void The_plain_text_is_preferred_to_the_HTML_beside_it()
    {
        var email = Raw.Read(
            """
            --B
            Content-Type: text/plain

            plain words
            --B
            Content-Type: text/html

            <p>html words</p>
            --B--
            """,
            ("Content-Type", "multipart/alternative; boundary=B"));

        Assert.Equal("plain words", email.Text);
        Assert.Empty(email.Attachments);
    }

    [Fact]
    public void Quoted_history_is_parted_from_the_new_text()
    {
        var email = Raw.Read("It still fails.\n\nOn Mon, 2 Nov 2026 at 10:00, Desk\n<support@desk.test> wrote:\n> Try again\n> please");

        Assert.Equal("It still fails.", email.Text);
        Assert.StartsWith("On Mon", email.QuotedText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "The file is empty.")]
    [InlineData("\r\n\r\njust words", "it has no headers")]
    [InlineData("Subject: x\r\n\r\nno sender", "no usable sender")]
    [InlineData("From: nobody\r\n\r\nx", "no usable sender")]
    [InlineData("From: <>\r\n\r\nx", "no usable sender")]
    public void A_file_that_nobody_could_answer_is_refused_with_a_reason(string raw, string reason)
    {
        var refusal = Assert.Throws<UnreadableMailException>(() => Raw.Read(Encoding.ASCII.GetBytes(raw)));

        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_bytes_are_refused_or_read_but_never_crash()
    {
        var random = new Random(42);
        for (var round = 0; round < 300; round++)
        {
            var raw = Raw.Mail("--B\nContent-Type: text/html\n\n<p>x</p>\n--B--", ("Content-Type", "multipart/mixed; boundary=B"));
            for (var flips = 0; flips < 20; flips++)
                raw[random.Next(raw.Length)] = (byte)random.Next(256);

            try
            {
                Raw.Read(raw);
            }
            catch (UnreadableMailException)
            {
                // The one way to say no.
            }
        }
    }

    [Fact]
    public void Parts_nested_beyond_measure_are_survived()
    {
        var body = new StringBuilder();
        for (var depth = 0; depth < 2000; depth++)
            body.Append("--B").Append(depth).Append("\nContent-Type: multipart/mixed; boundary=B").Append(depth + 1).Append("\n\n");

        Assert.NotEmpty(Raw.Read(body.ToString(), ("Content-Type", "multipart/mixed; boundary=B0")).Text);
    }
}
