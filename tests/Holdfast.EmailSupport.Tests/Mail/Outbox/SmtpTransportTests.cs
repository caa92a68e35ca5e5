using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Mail.Outbox;
using Temporalio.Exceptions;

namespace Holdfast.EmailSupport.Tests.Mail.Outbox;

public sealed class SmtpTransportTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-smtp-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_mail_is_handed_over_once_and_kept_in_the_outbox()
    {
        await using var server = ScriptedSmtp.Start();

        Assert.False((await SendAsync(server)).AlreadySent);
        Assert.True((await SendAsync(server)).AlreadySent);

        Assert.Contains("Message-Id: <holdfast.1.reply@desk.test>", Assert.Single(server.Mails), StringComparison.OrdinalIgnoreCase);
        Assert.Single(Directory.GetFiles(folder));
        Assert.Empty(Directory.GetFiles(Path.Combine(folder, ".pending")));
    }

    [Theory]
    [InlineData("550 5.1.1 no such user", "ReplyRefused", true)]
    [InlineData("451 4.3.0 later", "ReplyDeferred", false)]
    public async Task A_servers_no_is_definite_and_only_a_temporary_one_is_tried_again(string answer, string type, bool nonRetryable)
    {
        await using var server = ScriptedSmtp.Start(answerToRecipient: answer);

        var failure = await Assert.ThrowsAsync<ApplicationFailureException>(() => SendAsync(server, WhenUnsure.AskPerson));

        Assert.Equal(type, failure.ErrorType);
        Assert.Equal(nonRetryable, failure.NonRetryable);
        Assert.Empty(Directory.GetFiles(Path.Combine(folder, ".pending")));
    }

    [Fact]
    public async Task When_the_answer_is_lost_the_same_mail_is_sent_again_by_default()
    {
        await using var server = ScriptedSmtp.Start(dropsAfterData: 1);

        var failure = await Assert.ThrowsAsync<ApplicationFailureException>(() => SendAsync(server));
        Assert.Equal("ReplyMaybeSent", failure.ErrorType);
        Assert.False(failure.NonRetryable);
        await SendAsync(server);

        Assert.Equal(2, server.Mails.Count);
        Assert.Single(server.Mails.Distinct());
    }

    [Fact]
    public async Task When_the_answer_is_lost_and_a_person_is_preferred_nothing_is_sent_again()
    {
        await using var server = ScriptedSmtp.Start(dropsAfterData: 1);

        await Assert.ThrowsAsync<ApplicationFailureException>(() => SendAsync(server, WhenUnsure.AskPerson));
        var failure = await Assert.ThrowsAsync<ApplicationFailureException>(() => SendAsync(server, WhenUnsure.AskPerson));

        Assert.True(failure.NonRetryable);
        Assert.Contains("may have been sent", failure.Message, StringComparison.Ordinal);
        Assert.Single(server.Mails);
    }

    [Fact]
    public async Task An_unreachable_server_is_tried_again_and_leaves_no_doubt()
    {
        var settings = new SmtpSettings { Host = "127.0.0.1", Port = 1, Security = MailSecurity.None, WhenUnsure = WhenUnsure.AskPerson };

        var failure = await Assert.ThrowsAsync<ApplicationFailureException>(() =>
            new SmtpTransport(settings, new OutboxFolder(folder), proof: null, TimeProvider.System).SendAsync(Mail, default));

        Assert.Equal("MailServerUnavailable", failure.ErrorType);
        Assert.False(failure.NonRetryable);
        Assert.False(Directory.Exists(Path.Combine(folder, ".pending")));
    }

    private static OutgoingMail Mail => ReplyComposer.Compose(
        new() { To = new("ada@customer.test", "Ada"), Subject = "Re: x", Body = "Hello", Date = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero) },
        "holdfast.1.reply@desk.test",
        Raw.Identity);

    private Task<SentMail> SendAsync(ScriptedSmtp server, WhenUnsure whenUnsure = WhenUnsure.SendAgain)
    {
        var settings = new SmtpSettings { Host = "127.0.0.1", Port = server.Port, Security = MailSecurity.None, WhenUnsure = whenUnsure };
        return new SmtpTransport(settings, new OutboxFolder(folder), proof: null, TimeProvider.System).SendAsync(Mail, default);
    }
}
