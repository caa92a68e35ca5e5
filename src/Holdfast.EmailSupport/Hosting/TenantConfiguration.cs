using System.Globalization;
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
    private const int MaxApprovers = 20;
    private const int MaxApproverLength = 100;

    public required MailIdentity Identity { get; init; }

    public required HandlingPolicy Policy { get; init; }

    public required MailAddress? RemindMailTo { get; init; }

    /// <summary>Null: mail comes from the inbox folder alone.</summary>
    public required ImapSettings? Imap { get; init; }

    /// <summary>Null: replies go into the outbox folder.</summary>
    public required SmtpSettings? Smtp { get; init; }

    /// <summary>Differs when anything of the tenant's settings or prompts does.</summary>
    public string Digest { get; init; } = "";

    /// <summary>Whether a tenant may have this name, which becomes a part of Message-IDs and the name of a folder.</summary>
    public static bool IsName(string name) => Name().IsMatch(name);

    /// <param name="checks">Told of what is wrong; if anything is, what comes back must not be used.</param>
    /// <param name="dataFolder">What file references are relative to.</param>
    public static TenantConfiguration From(string name, TenantSettings settings, PromptLibrary prompts, SettingChecks checks, string dataFolder)
    {
        var approvers = Approvers(settings.Approval.Approvers ?? [], checks);
        return new()
        {
            // The default tenant's settings hold those of all others; what each has of its own is compared.
            Digest = SettingsDigest.Of(settings.Support, settings.Approval, settings.Imap, settings.Smtp, prompts[PromptLibrary.Reader], prompts[PromptLibrary.Writer]),
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
                Approvers = approvers,
                AnswerAlone = settings.Approval.AnswerAlone is { } alone ? [.. alone.Select(word => Category(word, checks))] : new HandlingPolicy().AnswerAlone,
                MinConfidence = settings.Approval.MinConfidence is >= 0 and <= 1
                    ? settings.Approval.MinConfidence
                    : checks.Wrong("Approval:MinConfidence", settings.Approval.MinConfidence.ToString(CultureInfo.InvariantCulture), "a number from 0 to 1", 0.0),
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
            RemindMailTo = settings.Approval.RemindMailTo is { } reminded ? Reminded(reminded, approvers, checks) : null,
            Imap = settings.Imap is { } imap ? ImapOf(imap, checks, name, dataFolder) : null,
            Smtp = settings.Smtp is { } smtp ? SmtpOf(smtp, checks, settings.Imap is not null, name, dataFolder) : null,
        };
    }

    // Who is in a group only a program knows that signs people in; this one does not.
    private static List<string> Approvers(string[] names, SettingChecks checks)
    {
        foreach (var name in names)
        {
            if (string.IsNullOrWhiteSpace(name) || name.Length > MaxApproverLength || name.StartsWith(ApprovalNames.GroupPrefix, StringComparison.OrdinalIgnoreCase))
                checks.Wrong("Approval:Approvers", name, $"a person's name or e-mail address, at most {MaxApproverLength} characters", "");
        }

        if (names.Length > MaxApprovers)
            checks.Wrong("Approval:Approvers", $"a list of {names.Length}", $"{MaxApprovers} people at most", "");
        return [.. names.Select(name => name.Trim()).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    // The link in a reminder decides in the name of whoever gets it.
    private static MailAddress Reminded(string address, List<string> approvers, SettingChecks checks)
    {
        var reminded = checks.Address("Approval:RemindMailTo", address);
        return approvers.Count == 0 || approvers.Contains(reminded.Address, StringComparer.OrdinalIgnoreCase)
            ? reminded
            : checks.Wrong("Approval:RemindMailTo", address, "the address of one of Approval:Approvers, who alone may decide", reminded);
    }

    // Spam and what machines wrote is not answered at all.
    private static EmailCategory Category(string word, SettingChecks checks)
    {
        var known = Enum.GetValues<EmailCategory>().Where(category => category is not (EmailCategory.Spam or EmailCategory.AutoReply)).ToList();
        return known.Where(category => CategoryWord.Of(category) == word).ToList() is [var one]
            ? one
            : checks.Wrong("Approval:AnswerAlone", word, $"one of {string.Join(", ", known.Select(CategoryWord.Of))}", EmailCategory.Other);
    }

    private static int NotNegative(string name, int value, SettingChecks checks) => value >= 0 ? value : checks.Wrong(name, $"{value}", "0 or more", 0);

    private static ImapSettings ImapOf(SupportSettings.ImapSection imap, SettingChecks checks, string tenant, string dataFolder) => new()
    {
        Host = checks.Text("Imap:Host", imap.Host, "the name of a mail server"),
        Port = checks.Port("Imap:Port", imap.Port),
        Security = checks.OneOf<MailSecurity>("Imap:Security", imap.Security),
        User = checks.Text("Imap:User", imap.User, "the name to log in with"),
        Password = MailPassword.From("Imap", imap.Password, imap.PasswordFrom, tenant, dataFolder, checks)
            ?? checks.Wrong("Imap:Password", "", "the password of Imap:User, or Imap:PasswordFrom must say where it is", MailPassword.None),
        Folder = checks.Text("Imap:Folder", imap.Folder, "the name of a folder"),
        ProcessedFolder = string.IsNullOrEmpty(imap.ProcessedFolder) ? null : imap.ProcessedFolder,
        RejectedFolder = checks.Text("Imap:RejectedFolder", imap.RejectedFolder, "the name of a folder"),
        SentFolder = string.IsNullOrEmpty(imap.SentFolder) ? null : imap.SentFolder,
        PollEvery = checks.Duration("Imap:PollEvery", imap.PollEvery),
        FirstLook = checks.Duration("Imap:FirstLook", imap.FirstLook),
    };

    private static SmtpSettings SmtpOf(SupportSettings.SmtpSection smtp, SettingChecks checks, bool hasMailbox, string tenant, string dataFolder) => new()
    {
        Host = checks.Text("Smtp:Host", smtp.Host, "the name of a mail server"),
        Port = checks.Port("Smtp:Port", smtp.Port),
        Security = checks.OneOf<MailSecurity>("Smtp:Security", smtp.Security),
        User = smtp.User,
        Password = MailPassword.From("Smtp", smtp.Password, smtp.PasswordFrom, tenant, dataFolder, checks),
        WhenUnsure = checks.OneOf<WhenUnsure>("Smtp:WhenUnsure", smtp.WhenUnsure),
        ProofCopy = smtp.ProofCopy ?? hasMailbox,
        ProofWait = checks.Duration("Smtp:ProofWait", smtp.ProofWait),
        CopyTo = [.. smtp.CopyTo.Select(address => checks.Address("Smtp:CopyTo", address))],
    };

    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?\z")]
    private static partial Regex Name();
}
