using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Triage;

namespace Holdfast.EmailSupport.Tenants;

/// <summary>A setting of a tenant that pages show and change. The file knows more; what is not here stays as it stands there.</summary>
/// <param name="Name">As in the settings file: <c>Imap:Host</c>.</param>
internal sealed record TenantField(string Name, string Label, TenantFieldKind Kind = TenantFieldKind.Text)
{
    public const string Identity = "Support";
    public const string MailIn = "Imap";
    public const string MailOut = "Smtp";
    public const string People = "People";
    public const string Policy = "Approval";

    public string[] Choices { get; init; } = [];

    /// <summary>What counts where nothing is put in, as the page shows it.</summary>
    public string Default { get; init; } = "";

    public string Hint { get; init; } = "";

    private static string[] Securities => Enum.GetNames<MailSecurity>();

    /// <summary>By the part of the page in which they are.</summary>
    public static IReadOnlyDictionary<string, TenantField[]> Parts { get; } = new Dictionary<string, TenantField[]>
    {
        [Identity] =
        [
            new("Support:Address", "Address that replies come from") { Default = "support@holdfast.example" },
            new("Support:Name", "Name on replies") { Default = "The support team" },
            new("Support:FollowUp", "A case stays open for") { Default = "3d with a mailbox", Hint = "Such as 3d or 12h; none closes it at once." },
        ],
        [MailIn] =
        [
            new("Imap:Host", "Mail server") { Default = "imap.shop.example" },
            new("Imap:Port", "Port", TenantFieldKind.Number) { Default = "993" },
            new("Imap:Security", "Security", TenantFieldKind.Choice) { Choices = Securities, Default = "Tls" },
            new("Imap:User", "User"),
            new("Imap:Folder", "Folder") { Default = "INBOX" },
        ],
        [MailOut] =
        [
            new("Smtp:Host", "Mail server") { Default = "smtp.shop.example" },
            new("Smtp:Port", "Port", TenantFieldKind.Number) { Default = "587" },
            new("Smtp:Security", "Security", TenantFieldKind.Choice) { Choices = Securities, Default = "StartTls" },
            new("Smtp:User", "User"),
        ],
        [People] =
        [
            new("Approval:Approvers", "Who decides", TenantFieldKind.Lines) { Hint = "One name or e-mail address a line. Nobody: whoever reaches this dashboard decides." },
            new("Approval:RemindMailTo", "Who is reminded by mail") { Hint = "An e-mail address; one of those who decide." },
        ],
        [Policy] =
        [
            new("Approval:Mode", "A person is asked", TenantFieldKind.Choice) { Choices = Enum.GetNames<ApprovalMode>(), Default = "WhenNeeded" },
            new("Approval:AnswerAlone", "Kinds of mail that may be answered alone", TenantFieldKind.Lines) { Default = "question\nthanks", Hint = "One a line: question, thanks, bug, billing, complaint, other." },
            new("Approval:MinConfidence", "Least confidence of the writer", TenantFieldKind.Number) { Default = "0.7", Hint = "From 0 to 1." },
            new("Approval:FirstReplies", "First replies to each sender that a person approves", TenantFieldKind.Number) { Default = "0" },
            new("Approval:FirstRepliesOfTenant", "First replies of this tenant that a person approves", TenantFieldKind.Number) { Default = "0" },
            new("Approval:ExpireAfter", "A request expires after") { Default = "72h" },
            new("Support:CiteInReply", "Replies name the titles of their sources", TenantFieldKind.Switch),
        ],
    };

    /// <summary>The field that a setting's problem belongs beside; null if no page shows it.</summary>
    public static string? Beside(string setting) => Parts.Values.SelectMany(part => part).Select(field => field.Name)
        .Concat([TenantForm.Password(MailIn), TenantForm.Password(MailOut)])
        .FirstOrDefault(name => setting.Equals(name, StringComparison.OrdinalIgnoreCase) || setting.StartsWith($"{name}:", StringComparison.OrdinalIgnoreCase))
        ?? (setting.StartsWith("Imap:Password", StringComparison.OrdinalIgnoreCase) ? TenantForm.Password(MailIn)
            : setting.StartsWith("Smtp:Password", StringComparison.OrdinalIgnoreCase) ? TenantForm.Password(MailOut) : null);
}
