using System.Diagnostics;
using System.Globalization;
using System.Text;
using Holdfast.EndToEnd.Tests.Programs;
using MimeKit;

namespace Holdfast.EndToEnd.Tests.EmailSupport;

/// <summary>
/// The e-mail application as a process of its own, on a server that the test runs; and its mail folders,
/// seen from outside.
/// </summary>
internal sealed class SupportDesk : IAsyncDisposable
{
    private readonly ProgramUnderTest _program;
    private readonly string _folder;

    private SupportDesk(ProgramUnderTest program, string folder)
    {
        _program = program;
        _folder = folder;
    }

    public string Output => _program.Output;

    public bool HasExited => _program.HasExited;

    public static SupportDesk Start(string target, string folder)
    {
        var start = new ProcessStartInfo(Repository.Executable("Holdfast.EmailSupport", "Holdfast.EmailSupport", "HOLDFAST_EMAIL_EXE"))
        {
            ArgumentList =
            {
                "--data", folder, "--target", target, "--ui-port", FreePort.Find().ToString(CultureInfo.InvariantCulture),
            },
            WorkingDirectory = folder,
        };
        // The offline rules answer: a test must not depend on what a model says, nor pay for it.
        start.Environment.Remove("ANTHROPIC_API_KEY");
        return new(ProgramUnderTest.Start(start), folder);
    }

    /// <summary>Drops a mail into the inbox as a mail program does: whole, by a rename.</summary>
    public void Drop(MimeMessage mail)
    {
        var inbox = Directory.CreateDirectory(Path.Combine(_folder, "mail", "inbox")).FullName;
        var name = mail.MessageId!.Split('@')[0];
        var whole = Path.Combine(_folder, $"{name}.tmp");
        mail.WriteTo(whole);
        File.Move(whole, Path.Combine(inbox, $"{name}.eml"));
    }

    /// <summary>Everything sent so far.</summary>
    public IReadOnlyList<MimeMessage> Outbox()
    {
        var outbox = new DirectoryInfo(Path.Combine(_folder, "mail", "outbox"));
        return outbox.Exists ? [.. outbox.EnumerateFiles("*.eml", SearchOption.AllDirectories).Select(file => MimeMessage.Load(file.FullName))] : [];
    }

    /// <summary>Files in the folder for broken mail.</summary>
    public IReadOnlyList<string> Rejected()
    {
        var rejected = Path.Combine(_folder, "mail", "rejected");
        return Directory.Exists(rejected) ? Directory.GetFiles(rejected) : [];
    }

    /// <summary>A mail that the offline rules answer at once (a question they know), or only after an approval (about money).</summary>
    public static MimeMessage Mail(int number, bool needsApproval)
    {
        var mail = new MimeMessage
        {
            MessageId = MessageId(number),
            Subject = needsApproval ? $"Invoice {number}" : "Signing in",
            Date = new DateTimeOffset(2026, 11, 2, 9, 0, 0, TimeSpan.Zero).AddMinutes(number),
            Body = new TextPart("plain")
            {
                Text = new StringBuilder("Hello,\n\n")
                    .Append(needsApproval ? $"I was charged twice for invoice {number}. Please refund one payment." : "How can I set a new password?")
                    .Append("\n\nThanks\nGrace\n")
                    .ToString(),
            },
        };
        mail.From.Add(new MailboxAddress("Grace", string.Create(CultureInfo.InvariantCulture, $"grace{number:000}@customer.example")));
        mail.To.Add(new MailboxAddress("Support", "support@example.com"));
        return mail;
    }

    /// <summary>The id of the mail of this number; they sort as their numbers do.</summary>
    public static string MessageId(int number) => string.Create(CultureInfo.InvariantCulture, $"mail-{number:000}@customer.example");

    public ValueTask DisposeAsync() => _program.DisposeAsync();
}
