using System.Text.RegularExpressions;
using Holdfast.AI.Approvals;
using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Mail.Imap;
using Holdfast.EmailSupport.Mail.Outbox;
using Holdfast.EmailSupport.Prompts;
using Holdfast.EmailSupport.Triage;

namespace Holdfast.EmailSupport.Hosting;

/// <summary>One tenant's settings, checked.</summary>
internal sealed partial record TenantConfiguration
{
    public required MailIdentity Identity { get; init; }

    public required HandlingPolicy Policy { get; init; }

    public required MailAddress? RemindMailTo { get; init; }

    /// <summary>Null: mail comes from the inbox folder alone.</summary>
    public required ImapSettings? Imap { get; init; }

    /// <summary>Null: replies go into the outbox folder.</summary>
    public required SmtpSettings? Smtp { get; init; }

    /// <summary>Whether a tenant may have this name, which becomes a part of Message-IDs and the name of a folder.</summary>
    public static bool IsName(string name) => Name().IsMatch(name);

    /// <exception cref="StartException">A setting is wrong; the message names it.</exception>
    public static TenantConfiguration From(string name, TenantSettings settings, PromptLibrary prompts, SettingChecks checks) => new()
    {
        Identity = new(checks.Address("Support:Address", settings.Support.Address) with { Name = settings.Support.Name }, name),
        Policy = new()
        {
            Signature = settings.Support.Name,
            FollowUp = settings.Support.FollowUp switch
            {
                null => settings.Imap is null ? null : TimeSpan.FromDays(3),
                "none" => null,
                { } given => checks.Duration("Support:FollowUp", given),
            },
            Approval = checks.OneOf<ApprovalMode>("Approval:Mode", settings.Approval.Mode),
            AnswerAlone = settings.Approval.AnswerAlone is { } alone ? [.. alone.Select(word => Category(word, checks))] : new HandlingPolicy().AnswerAlone,
            MinConfidence = settings.Approval.MinConfidence is >= 0 and <= 1
                ? settings.Approval.MinConfidence
                : throw checks.Wrong("Approval:MinConfidence", $"{settings.Approval.MinConfidence}", "a number from 0 to 1"),
            FirstReplies = NotNegative("Approval:FirstReplies", settings.Approval.FirstReplies, checks),
            FirstRepliesOfTenant = NotNegative("Approval:FirstRepliesOfTenant", settings.Approval.FirstRepliesOfTenant, checks),
            CiteInReply = settings.Support.CiteInReply,
            ReaderPrompt = prompts[PromptLibrary.Reader],
            WriterPrompt = prompts[PromptLibrary.Writer],
            Times = new(
                settings.Approval.RemindAfter is { } reminders
                    ? [.. reminders.Select(after => checks.Duration("Approval:RemindAfter", after))]
                    : ApprovalTimes.Default.RemindAfter,
                checks.Duration("Approval:ExpireAfter", settings.Approval.ExpireAfter)),
        },
        RemindMailTo = settings.Approval.RemindMailTo is { } approver ? checks.Address("Approval:RemindMailTo", approver) : null,
        Imap = settings.Imap is { } imap ? ImapOf(imap, checks) : null,
        Smtp = settings.Smtp is { } smtp ? SmtpOf(smtp, checks, settings.Imap is not null) : null,
    };

    // Spam and what machines wrote is not answered at all.
    private static EmailCategory Category(string word, SettingChecks checks)
    {
        var known = Enum.GetValues<EmailCategory>().Where(category => category is not (EmailCategory.Spam or EmailCategory.AutoReply)).ToList();
        return known.Where(category => CategoryWord.Of(category) == word).ToList() is [var one]
            ? one
            : throw checks.Wrong("Approval:AnswerAlone", word, $"one of {string.Join(", ", known.Select(CategoryWord.Of))}");
    }

    private static int NotNegative(string name, int value, SettingChecks checks) => value >= 0 ? value : throw checks.Wrong(name, $"{value}", "0 or more");

    private static ImapSettings ImapOf(SupportSettings.ImapSection imap, SettingChecks checks) => new()
    {
        Host = imap.Host.Length > 0 ? imap.Host : throw checks.Wrong("Imap:Host", imap.Host, "the name of a mail server"),
        Port = imap.Port is > 0 and < 65536 ? imap.Port : throw checks.Wrong("Imap:Port", $"{imap.Port}", "a number from 1 to 65535"),
        Security = checks.OneOf<MailSecurity>("Imap:Security", imap.Security),
        User = imap.User.Length > 0 ? imap.User : throw checks.Wrong("Imap:User", imap.User, "the name to log in with"),
        Password = imap.Password.Length > 0 ? imap.Password : throw checks.Wrong("Imap:Password", "", "the password of Imap:User"),
        Folder = imap.Folder.Length > 0 ? imap.Folder : throw checks.Wrong("Imap:Folder", "", "the name of a folder"),
        ProcessedFolder = string.IsNullOrEmpty(imap.ProcessedFolder) ? null : imap.ProcessedFolder,
        RejectedFolder = imap.RejectedFolder.Length > 0 ? imap.RejectedFolder : throw checks.Wrong("Imap:RejectedFolder", "", "the name of a folder"),
        SentFolder = string.IsNullOrEmpty(imap.SentFolder) ? null : imap.SentFolder,
        PollEvery = checks.Duration("Imap:PollEvery", imap.PollEvery),
        FirstLook = checks.Duration("Imap:FirstLook", imap.FirstLook),
    };

    private static SmtpSettings SmtpOf(SupportSettings.SmtpSection smtp, SettingChecks checks, bool hasMailbox) => new()
    {
        Host = smtp.Host.Length > 0 ? smtp.Host : throw checks.Wrong("Smtp:Host", smtp.Host, "the name of a mail server"),
        Port = smtp.Port is > 0 and < 65536 ? smtp.Port : throw checks.Wrong("Smtp:Port", $"{smtp.Port}", "a number from 1 to 65535"),
        Security = checks.OneOf<MailSecurity>("Smtp:Security", smtp.Security),
        User = smtp.User,
        Password = smtp.Password,
        WhenUnsure = checks.OneOf<WhenUnsure>("Smtp:WhenUnsure", smtp.WhenUnsure),
        ProofCopy = smtp.ProofCopy ?? hasMailbox,
        ProofWait = checks.Duration("Smtp:ProofWait", smtp.ProofWait),
        CopyTo = [.. smtp.CopyTo.Select(address => checks.Address("Smtp:CopyTo", address))],
    };

    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?\z")]
    private static partial Regex Name();
}
