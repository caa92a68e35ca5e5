using Holdfast.AI.Models;
using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Mail.Intake;
using Holdfast.EmailSupport.Samples;
using Holdfast.EmailSupport.Tests.Mail;
using Holdfast.EmailSupport.Tests.Triage;
using Holdfast.EmailSupport.Triage;
using Holdfast.EmailSupport.Triage.Offline;
using Microsoft.Extensions.AI;

namespace Holdfast.EmailSupport.Tests.Samples;

public sealed class SampleMailTests
{
    [Theory]
    [InlineData("01-password-question.eml", EmailCategory.Question, "en", false)]
    [InlineData("02-thanks.eml", EmailCategory.Thanks, "en", false)]
    [InlineData("03-billing.eml", EmailCategory.Billing, "en", true)]
    [InlineData("04-bug.eml", EmailCategory.Bug, "en", true)]
    [InlineData("05-angry.eml", EmailCategory.Complaint, "en", true)]
    [InlineData("06-spam.eml", EmailCategory.Spam, "en", false)]
    [InlineData("08-german-billing.eml", EmailCategory.Billing, "de", true)]
    [InlineData("09-html-only.eml", EmailCategory.Question, "en", true)]
    [InlineData("10-attachment.eml", EmailCategory.Other, "en", true)]
    public void Each_sample_shows_what_it_is_there_for(string name, EmailCategory category, string language, bool needsPerson)
    {
        var email = Raw.Read(Sample(name));
        var classification = ReaderAnswer.Parse(Answer(Said.ToReader(email)));
        var draft = WriterAnswer.Parse(Answer(Said.ToWriter(email, classification)), [], lastWord: false);

        Assert.Null(email.NoReplyReason);
        Assert.Equal(category, classification.Category);
        Assert.Equal(language, classification.Language);
        Assert.Equal(needsPerson, Said.Reasons(email, classification, draft).Count > 0 && category is not EmailCategory.Spam);
    }

    [Fact]
    public void The_automatic_reply_among_the_samples_is_known_by_its_headers() =>
        Assert.NotNull(Raw.Read(Sample("07-auto-reply.eml")).NoReplyReason);

    [Fact]
    public void The_HTML_sample_hides_an_order_that_nobody_gets_to_read()
    {
        var email = Raw.Read(Sample("09-html-only.eml"));

        Assert.DoesNotContain("ignore", email.Text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("- Travel desk", email.Text, StringComparison.Ordinal);
        Assert.Contains("cannot see", Assert.Single(email.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void The_sample_with_an_attachment_has_one() =>
        Assert.Equal("order-form.pdf", Assert.Single(Raw.Read(Sample("10-attachment.eml")).Attachments).Name);

    [Fact]
    public void Every_sample_is_whole_and_another_set_is_other_mail()
    {
        var first = SampleMail.All(SampleMail.FirstSet);
        var other = SampleMail.All("20261122");

        Assert.Equal(10, first.Count);
        Assert.All(first, mail => Assert.False(MimeEnd.IsMissing(mail.Raw)));
        Assert.Equal(20, first.Concat(other).Select(mail => Raw.Read(mail.Raw).Id).Distinct().Count());
        Assert.Equal(first.Select(mail => Raw.Read(mail.Raw).Id), SampleMail.All(SampleMail.FirstSet).Select(mail => Raw.Read(mail.Raw).Id));
    }

    [Fact]
    public void Samples_that_were_taken_before_are_not_put_into_the_inbox_again()
    {
        var folders = new MailFolders(Directory.CreateTempSubdirectory("holdfast-samples-").FullName);
        try
        {
            folders.Create();
            var taken = Raw.Read(SampleMail.All(SampleMail.FirstSet)[0].Raw);
            File.WriteAllText(Path.Combine(folders.Root, taken.File), "taken");

            Assert.Equal(9, SampleMail.Drop(folders, SampleMail.FirstSet));
            Assert.Equal(9, Directory.GetFiles(folders.Inbox, "sample-first-*.eml").Length);
            Assert.Equal(10, SampleMail.Drop(folders, "other"));
        }
        finally
        {
            Directory.Delete(folders.Root, recursive: true);
        }
    }

    private static byte[] Sample(string name) => SampleMail.All(SampleMail.FirstSet).Single(mail => mail.Name == name).Raw;

    private static ChatResponse Answer(IReadOnlyList<ChatMessage> prompt) =>
        new(new ChatMessage(ChatRole.Assistant, OfflineSupport.Answer(prompt))) { ModelId = OfflineChatClient.ModelId };
}
