using System.Text;
using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Mail.Reading;
using Holdfast.EmailSupport.Tests.Triage;

namespace Holdfast.EmailSupport.Tests.Mail.Reading;

public sealed class AttachmentTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-attachments-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void An_attachment_is_kept_under_its_hash_once_whatever_its_name_says()
    {
        var first = Read("../../etc/passwd", "text/x-log", "hello");
        var second = Read("other.log", "text/x-log", "hello");

        Assert.Equal("passwd", first.Name);
        Assert.Equal(first.Sha256, second.Sha256);
        Assert.Equal([first.Sha256], Directory.GetFileSystemEntries(folder).Select(Path.GetFileName));
        Assert.Equal("hello", File.ReadAllText(Path.Combine(folder, first.Sha256!)));
        Assert.Null(first.Warning);
    }

    [Theory]
    [InlineData("invoice.pdf", "application/pdf", "MZ\u0090\u0000", "It is a program.")]
    [InlineData("invoice.pdf.exe", "application/pdf", "%PDF-1.7", "Files that end in .exe can run by themselves.")]
    [InlineData("invoice.pdf", "application/pdf", "<script>", "It claims to be application/pdf and is something else.")]
    [InlineData("photo.png", "image/png", "%PDF-1.7", "It claims to be image/png and is application/pdf.")]
    [InlineData("page.HTML", "text/plain", "x", "Files that end in .html can run by themselves.")]
    [InlineData("invoice.pdf", "application/pdf", "%PDF-1.7", null)]
    [InlineData("notes.txt", "text/plain", "x", null)]
    public void What_is_suspicious_about_an_attachment_is_told(string name, string type, string content, string? warning) =>
        Assert.Equal(warning, Read(name, type, content).Warning);

    [Fact]
    public void A_name_that_turns_its_ending_round_is_shown_as_it_is_and_warned_of()
    {
        var attachment = Read("invoice\u202Efdp.exe", "application/octet-stream", "x");

        Assert.Equal("invoicefdp.exe", attachment.Name);
        Assert.Equal("Files that end in .exe can run by themselves.", attachment.Warning);
    }

    [Fact]
    public void The_model_learns_of_an_attachment_and_not_where_it_is_kept()
    {
        var email = Mail("a.log", "text/x-log", "hello");

        Assert.DoesNotContain(
            email.Attachments[0].Sha256!, string.Concat(Said.ToReader(email).Select(message => message.Text)), StringComparison.Ordinal);
    }

    private MailAttachment Read(string name, string type, string content) => Assert.Single(Mail(name, type, content).Attachments);

    private EmailMessage Mail(string name, string type, string content) => new MailReader(Raw.Identity, new AttachmentFolder(folder)).Read(Raw.Mail(
        $"""
        --B
        Content-Type: text/plain

        See the file.
        --B
        Content-Type: {type}
        Content-Disposition: attachment; filename="=?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(name))}?="
        Content-Transfer-Encoding: base64

        {Convert.ToBase64String(Encoding.Latin1.GetBytes(content))}
        --B--

        """,
        ("MIME-Version", "1.0"),
        ("Content-Type", "multipart/mixed; boundary=B")));
}
