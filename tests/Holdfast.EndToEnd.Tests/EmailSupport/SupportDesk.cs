using System.Diagnostics;
using System.Globalization;
using System.Text;
using Holdfast.EndToEnd.Tests.Programs;
using MimeKit;

namespace Holdfast.EndToEnd.Tests.EmailSupport;

/// <summary>
/// The e-mail application as a process of its own, and its mail folders, seen from outside. It can be killed and
/// started again: ports and data stay the same.
/// </summary>
internal sealed class SupportDesk : IAsyncDisposable
{
    private const string Announcement = "Holdfast e-mail support is running.";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly string _folder;
    private readonly string[] _arguments;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private ProgramUnderTest _program;

    private SupportDesk(string folder, int uiPort, string[] arguments, ProgramUnderTest program, IReadOnlyDictionary<string, string>? environment = null)
    {
        _folder = folder;
        _arguments = arguments;
        _environment = environment ?? new Dictionary<string, string>();
        _program = program;
        Dashboard = new Uri($"http://localhost:{uiPort}");
    }

    public Uri Dashboard { get; }

    /// <summary>What it has written since it was started last.</summary>
    public string Output => _program.Output;

    public bool HasExited => _program.HasExited;

    /// <summary>On a server that the test runs, which may be away.</summary>
    public static SupportDesk Start(string target, string folder)
    {
        var uiPort = FreePort.Find();
        string[] arguments = ["--data", folder, "--target", target, "--ui-port", Text(uiPort)];
        return new(folder, uiPort, arguments, ProgramUnderTest.Start(StartInfo(folder, arguments)));
    }

    /// <summary>As the README says: server, dashboard and worker in the one process.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="flags">More flags, such as <c>--samples</c>.</param>
    public static async Task<SupportDesk> StartWithServerAsync(string folder, params string[] flags)
    {
        var uiPort = FreePort.Find();
        string[] arguments = ["--data", folder, "--port", Text(FreePort.Find()), "--ui-port", Text(uiPort), .. flags];
        return new(folder, uiPort, arguments, await ProgramUnderTest.StartAsync(StartInfo(folder, arguments), Announcement, StartLimit));
    }

    /// <summary>As above, with settings and environment variables of its own.</summary>
    /// <param name="settings">What <c>holdfast.json</c> says.</param>
    public static async Task<SupportDesk> StartWithSettingsAsync(string folder, string settings, IReadOnlyDictionary<string, string> environment)
    {
        await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(folder).FullName, "holdfast.json"), settings);
        var (uiPort, port) = (FreePort.Find(), FreePort.Find());
        string[] arguments = ["--data", folder, "--port", Text(port), "--ui-port", Text(uiPort)];
        var program = await ProgramUnderTest.StartAsync(StartInfo(folder, arguments, environment), Announcement, StartLimit);
        return new(folder, uiPort, arguments, program, environment) { Target = $"127.0.0.1:{Text(port)}" };
    }

    /// <summary><c>host:port</c> of its own server, when it was started with settings.</summary>
    public string Target { get; private init; } = "";

    public Task KillAsync() => _program.KillAsync();

    /// <summary>Starts it on the data that is there.</summary>
    public async Task StartAgainAsync()
    {
        Assert.True(_program.HasExited, "The e-mail application still runs.");
        await _program.DisposeAsync();
        _program = await ProgramUnderTest.StartAsync(StartInfo(_folder, _arguments, _environment), Announcement, StartLimit);
    }

    /// <summary>Drops a mail into the inbox as a mail program does: whole, by a rename.</summary>
    public void Drop(MimeMessage mail)
    {
        using var bytes = new MemoryStream();
        mail.WriteTo(bytes);
        Drop($"{mail.MessageId!.Split('@')[0]}.eml", bytes.ToArray());
    }

    /// <summary>Drops a file into the inbox, whatever it holds.</summary>
    public void Drop(string name, byte[] bytes)
    {
        var inbox = Directory.CreateDirectory(Path.Combine(_folder, "mail", "inbox")).FullName;
        var whole = Path.Combine(_folder, $"{name}.tmp");
        File.WriteAllBytes(whole, bytes);
        File.Move(whole, Path.Combine(inbox, name));
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

    private static ProcessStartInfo StartInfo(string folder, string[] arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(Repository.Executable("Holdfast.EmailSupport", "Holdfast.EmailSupport", "HOLDFAST_EMAIL_EXE"), arguments)
        {
            WorkingDirectory = folder,
        };
        // The offline rules answer: a test must not depend on what a model says, nor pay for it.
        start.Environment.Remove("ANTHROPIC_API_KEY");
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return start;
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
