namespace Holdfast.EmailSupport.Tests.Mail.Reading;

public sealed class AutomaticMailTests
{
    [Theory]
    [InlineData("Auto-Submitted", "auto-replied")]
    [InlineData("Auto-Submitted", "auto-generated; type=x")]
    [InlineData("Return-Path", "<>")]
    [InlineData("Precedence", "bulk")]
    [InlineData("Precedence", "List")]
    [InlineData("List-Id", "<news.x.test>")]
    [InlineData("List-Unsubscribe", "<https://x.test/u>")]
    [InlineData("X-Auto-Response-Suppress", "DR, AutoReply")]
    [InlineData("X-Autoreply", "yes")]
    [InlineData("X-Loop", "somebody@x.test")]
    [InlineData("X-Failed-Recipients", "x@y.test")]
    [InlineData("Content-Type", "multipart/report; boundary=B; report-type=delivery-status")]
    [InlineData("Content-Type", "message/delivery-status")]
    [InlineData("From", "MAILER-DAEMON@x.test")]
    [InlineData("From", "No-Reply <no-reply@x.test>")]
    [InlineData("From", "noreply+123@x.test")]
    [InlineData("From", "bounces-77@x.test")]
    [InlineData("From", "news-request@x.test")]
    [InlineData("From", "Support@Desk.test")]
    [InlineData("Message-ID", "<holdfast.00.reply@desk.test>")]
    public void Mail_of_machines_and_lists_and_our_own_gets_no_answer(string header, string value) =>
        Assert.NotNull(Raw.Read("x", (header, value)).NoReplyReason);

    [Theory]
    [InlineData("Auto-Submitted", "no")]
    [InlineData("Precedence", "normal")]
    [InlineData("Return-Path", "<ada@customer.test>")]
    [InlineData("From", "nora.reply@x.test")]
    [InlineData("In-Reply-To", "<holdfast.00.reply@desk.test>")]
    public void Mail_of_people_may_be_answered(string header, string value) =>
        Assert.Null(Raw.Read("x", (header, value)).NoReplyReason);

    [Fact]
    public void A_mail_that_answers_ours_is_known_as_such() =>
        Assert.True(Raw.Read("x", ("In-Reply-To", "<holdfast.00.reply@desk.test>")).AnswersOurs);
}
