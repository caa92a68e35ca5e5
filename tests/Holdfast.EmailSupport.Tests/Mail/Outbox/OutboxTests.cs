using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Mail.Outbox;

namespace Holdfast.EmailSupport.Tests.Mail.Outbox;

public sealed class OutboxTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-outbox-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_mail_is_written_once_and_a_second_attempt_finds_it()
    {
        var transport = new FolderTransport(new OutboxFolder(folder));

        var first = await transport.SendAsync(Mail("one"), default);
        var second = await transport.SendAsync(Mail("two"), default);

        Assert.False(first.AlreadySent);
        Assert.True(second.AlreadySent);
        Assert.Equal("one", File.ReadAllText(Assert.Single(Directory.GetFiles(folder))));
        Assert.Equal("holdfast.1.reply@desk.test.eml", first.File);
    }

    [Fact]
    public async Task A_file_left_half_written_by_a_crash_is_no_sent_mail()
    {
        Directory.CreateDirectory(Path.Combine(folder, ".pending"));
        File.WriteAllText(Path.Combine(folder, ".pending", "holdfast.1.reply@desk.test.eml.99.1.tmp"), "ha");

        Assert.False((await new FolderTransport(new OutboxFolder(folder)).SendAsync(Mail("one"), default)).AlreadySent);
    }

    [Fact]
    public void A_message_id_cannot_lead_out_of_the_folder() =>
        Assert.Equal(".._.._x_y@z.eml", OutboxFolder.FileName("../../x y@z"));

    [Fact]
    public void The_id_of_a_workflows_reply_never_changes_and_differs_from_all_others()
    {
        var id = OwnMessageId.For("mail/abc", "reply", Raw.Identity);

        Assert.Equal(id, OwnMessageId.For("mail/abc", "reply", Raw.Identity));
        Assert.NotEqual(id, OwnMessageId.For("mail/abd", "reply", Raw.Identity));
        Assert.NotEqual(id, OwnMessageId.For("mail/abc", "reminder-1", Raw.Identity));
        Assert.True(OwnMessageId.IsOurs(id, Raw.Identity));
    }

    private static OutgoingMail Mail(string text) => new(
        "holdfast.1.reply@desk.test", Raw.Identity.Address, new MailAddress("ada@customer.test", ""), System.Text.Encoding.ASCII.GetBytes(text));
}
