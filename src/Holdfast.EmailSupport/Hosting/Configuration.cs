using Holdfast.AI.Approvals;
using Holdfast.EmailSupport.Activities;
using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Mail.Imap;
using Holdfast.EmailSupport.Mail.Outbox;
using Holdfast.EmailSupport.Triage;
using Holdfast.Server;
using MimeKit;

namespace Holdfast.EmailSupport.Hosting;

/// <summary>The settings, read and checked.</summary>
internal sealed record Configuration
{
    public const string FileName = "holdfast.json";
    private const string Prefix = "HOLDFAST__";
    private const int MostAtOnce = 10_000;

    public required MailIdentity Identity { get; init; }

    public required HandlingPolicy Policy { get; init; }

    public required MailAddress? RemindMailTo { get; init; }

    /// <summary>Null: mail comes from the inbox folder alone.</summary>
    public required ImapSettings? Imap { get; init; }

    /// <summary>Null: replies go into the outbox folder.</summary>
    public required SmtpSettings? Smtp { get; init; }

    public required ModelSettings Model { get; init; }

    public required SupportSettings.ServerSection Server { get; init; }

    public ReminderSettings Reminders(int uiPort) => new(RemindMailTo, $"http://localhost:{uiPort}/approvals");

    /// <summary>Reads the settings file of the data folder and the environment, which wins.</summary>
    /// <exception cref="StartException">A setting is unknown or wrong; the message names it.</exception>
    public static Configuration Read(string dataFolder)
    {
        var file = Path.Combine(dataFolder, FileName);
        try
        {
            var sources = new ConfigurationBuilder().AddJsonFile(file, optional: true).AddEnvironmentVariables(Prefix).Build();
            var settings = sources.Get<SupportSettings>(binder => binder.ErrorOnUnknownConfiguration = true) ?? new();
            return From(settings, Environment.GetEnvironmentVariable("ANTHROPIC_API_KEY"));
        }
        catch (InvalidDataException exception)
        {
            throw new StartException($"{file} is not valid JSON: {(exception.InnerException ?? exception).Message}", exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new StartException($"A setting in {file} or in the environment ({Prefix}…) is wrong: {Problem(exception)}", exception);
        }
    }

    // For an unknown setting the binder talks of its own options; only the names at its end tell the user something.
    private static string Problem(InvalidOperationException exception) =>
        exception.Message.Contains(nameof(BinderOptions.ErrorOnUnknownConfiguration), StringComparison.Ordinal)
            ? $"there is no setting {exception.Message[(exception.Message.LastIndexOf(": ", StringComparison.Ordinal) + 2)..]}."
            : exception.Message;

    public static Configuration From(SupportSettings settings, string? anthropicKeyOfEnvironment) => new()
    {
        Identity = new(Address("Support:Address", settings.Support.Address) with { Name = settings.Support.Name }),
        Policy = new()
        {
            Signature = settings.Support.Name,
            FollowUp = settings.Support.FollowUp switch
            {
                null => settings.Imap is null ? null : TimeSpan.FromDays(3),
                "none" => null,
                { } given => Duration("Support:FollowUp", given),
            },
            Approval = OneOf<ApprovalMode>("Approval:Mode", settings.Approval.Mode),
            Times = new(
                settings.Approval.RemindAfter is { } reminders
                    ? [.. reminders.Select(after => Duration("Approval:RemindAfter", after))]
                    : ApprovalTimes.Default.RemindAfter,
                Duration("Approval:ExpireAfter", settings.Approval.ExpireAfter)),
        },
        RemindMailTo = settings.Approval.RemindMailTo is { } approver ? Address("Approval:RemindMailTo", approver) : null,
        Imap = settings.Imap is { } imap ? ImapOf(imap) : null,
        Smtp = settings.Smtp is { } smtp ? SmtpOf(smtp, settings.Imap is not null) : null,
        Model = ModelOf(settings.Models, anthropicKeyOfEnvironment),
        Server = settings.Server,
    };

    private static ImapSettings ImapOf(SupportSettings.ImapSection imap) => new()
    {
        Host = imap.Host.Length > 0 ? imap.Host : throw Wrong("Imap:Host", imap.Host, "the name of a mail server"),
        Port = imap.Port is > 0 and < 65536 ? imap.Port : throw Wrong("Imap:Port", $"{imap.Port}", "a number from 1 to 65535"),
        Security = OneOf<MailSecurity>("Imap:Security", imap.Security),
        User = imap.User.Length > 0 ? imap.User : throw Wrong("Imap:User", imap.User, "the name to log in with"),
        Password = imap.Password.Length > 0 ? imap.Password : throw Wrong("Imap:Password", "", "the password of Imap:User"),
        Folder = imap.Folder.Length > 0 ? imap.Folder : throw Wrong("Imap:Folder", "", "the name of a folder"),
        ProcessedFolder = string.IsNullOrEmpty(imap.ProcessedFolder) ? null : imap.ProcessedFolder,
        RejectedFolder = imap.RejectedFolder.Length > 0 ? imap.RejectedFolder : throw Wrong("Imap:RejectedFolder", "", "the name of a folder"),
        SentFolder = string.IsNullOrEmpty(imap.SentFolder) ? null : imap.SentFolder,
        PollEvery = Duration("Imap:PollEvery", imap.PollEvery),
        FirstLook = Duration("Imap:FirstLook", imap.FirstLook),
    };

    private static SmtpSettings SmtpOf(SupportSettings.SmtpSection smtp, bool hasMailbox) => new()
    {
        Host = smtp.Host.Length > 0 ? smtp.Host : throw Wrong("Smtp:Host", smtp.Host, "the name of a mail server"),
        Port = smtp.Port is > 0 and < 65536 ? smtp.Port : throw Wrong("Smtp:Port", $"{smtp.Port}", "a number from 1 to 65535"),
        Security = OneOf<MailSecurity>("Smtp:Security", smtp.Security),
        User = smtp.User,
        Password = smtp.Password,
        WhenUnsure = OneOf<WhenUnsure>("Smtp:WhenUnsure", smtp.WhenUnsure),
        ProofCopy = smtp.ProofCopy ?? hasMailbox,
        ProofWait = Duration("Smtp:ProofWait", smtp.ProofWait),
        CopyTo = [.. smtp.CopyTo.Select(address => Address("Smtp:CopyTo", address))],
    };

    private static ModelSettings ModelOf(SupportSettings.ModelsSection models, string? keyOfEnvironment) => new()
    {
        AnthropicApiKey = string.IsNullOrWhiteSpace(models.Anthropic.ApiKey) ? keyOfEnvironment : models.Anthropic.ApiKey,
        AnthropicBaseUrl = Uri.TryCreate(models.Anthropic.BaseUrl, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url!
            : throw Wrong("Models:Anthropic:BaseUrl", models.Anthropic.BaseUrl, "an http or https address"),
        Model = models.Anthropic.Model.Length > 0 ? models.Anthropic.Model : throw Wrong("Models:Anthropic:Model", "", "the id of a model"),
        MaxOutputTokens = models.Anthropic.MaxOutputTokens > 0
            ? models.Anthropic.MaxOutputTokens
            : throw Wrong("Models:Anthropic:MaxOutputTokens", $"{models.Anthropic.MaxOutputTokens}", "a number above 0"),
        Concurrency = models.Concurrency is > 0 and <= MostAtOnce ? models.Concurrency : throw Wrong("Models:Concurrency", $"{models.Concurrency}", $"a number from 1 to {MostAtOnce}"),
    };

    private static MailAddress Address(string name, string value) =>
        MailboxAddress.TryParse(value, out var mailbox) && mailbox.Address.IndexOf('@', StringComparison.Ordinal) is > 0
            ? new(mailbox.Address, mailbox.Name ?? "")
            : throw Wrong(name, value, "an e-mail address");

    private static TimeSpan Duration(string name, string value) =>
        Durations.Parse(value) is { } duration && duration > TimeSpan.Zero ? duration : throw Wrong(name, value, "a duration such as \"4h\" or \"3d\"");

    private static T OneOf<T>(string name, string value)
        where T : struct, Enum =>
        Enum.TryParse<T>(value, ignoreCase: true, out var parsed) && Enum.IsDefined(parsed) && !char.IsAsciiDigit(value[0])
            ? parsed
            : throw Wrong(name, value, $"one of {string.Join(", ", Enum.GetNames<T>())}");

    private static StartException Wrong(string name, string value, string expected) =>
        new($"The setting {name} is \"{value}\"; it must be {expected}.");
}
