namespace Holdfast.EmailSupport.Hosting;

/// <summary>
/// The settings as written in <c>holdfast.json</c> in the data folder, or in environment variables such as
/// <c>HOLDFAST__Support__Address</c>. All are optional.
/// </summary>
internal sealed class SupportSettings : TenantSettings
{
    /// <summary>
    /// Tenants beside the default one, whose settings are those outside this section. By name: lower-case letters, digits and hyphens.
    /// </summary>
    public Dictionary<string, NamedTenantSettings> Tenants { get; set; } = [];

    public ModelsSection Models { get; set; } = new();

    public LinksSection Links { get; set; } = new();

    public ServerSection Server { get; set; } = new();

    public PagesSection Pages { get; set; } = new();

    /// <summary>Absent: nothing is traced.</summary>
    public LangfuseSection? Langfuse { get; set; }

    internal sealed class SupportSection
    {
        /// <summary>The address that replies come from. Mail from it is never answered.</summary>
        public string Address { get; set; } = "support@holdfast.example";

        /// <summary>
        /// How long a case stays open for the customer's answer or a bounce once it is answered: <c>3d</c>. <c>none</c> closes it at once.
        /// Absent: three days with a mailbox, none without.
        /// </summary>
        public string? FollowUp { get; set; }

        /// <summary>Whether replies name the titles of the knowledge that they are drawn from.</summary>
        public bool CiteInReply { get; set; }

        /// <summary>The name on replies, and under them.</summary>
        public string Name { get; set; } = "The support team";
    }

    internal sealed class LinksSection
    {
        /// <summary>
        /// Where approvers reach <c>/approve/</c> of this program from outside, such as <c>https://approve.shop.example</c>. Given, each reminder holds a link
        /// by which its receiver can decide. Absent: reminders name the dashboard.
        /// </summary>
        public string? PublicUrl { get; set; }
    }

    internal sealed class ApprovalSection
    {
        /// <summary><c>WhenNeeded</c> or <c>Always</c>.</summary>
        public string Mode { get; set; } = "WhenNeeded";

        /// <summary>
        /// Who may decide what waits: people by the name they decide under, such as <c>ada@shop.example</c>. Absent: whoever reaches the dashboard.
        /// </summary>
        public string[]? Approvers { get; set; }

        /// <summary>The only categories that may be answered without a person: <c>["question", "thanks"]</c>.</summary>
        public string[]? AnswerAlone { get; set; }

        /// <summary>How sure the writer must be of a reply that goes out without a person, from 0 to 1.</summary>
        public double MinConfidence { get; set; } = 0.7;

        /// <summary>How many replies to each sender a person approves first.</summary>
        public int FirstReplies { get; set; }

        /// <summary>How many replies of each tenant, or of the desk, a person approves first.</summary>
        public int FirstRepliesOfTenant { get; set; }

        /// <summary>When to remind, counted from the request: <c>["4h", "20h"]</c>.</summary>
        public string[]? RemindAfter { get; set; }

        /// <summary>When a request expires: <c>72h</c>.</summary>
        public string ExpireAfter { get; set; } = "72h";

        /// <summary>Who gets reminders by mail. Absent: nobody; they show in the log.</summary>
        public string? RemindMailTo { get; set; }
    }

    internal sealed class ImapSection
    {
        public string Host { get; set; } = "";

        public int Port { get; set; } = 993;

        /// <summary><c>Tls</c>, <c>StartTls</c> or <c>None</c>.</summary>
        public string Security { get; set; } = "Tls";

        public string User { get; set; } = "";

        public string Password { get; set; } = "";

        /// <summary>Where the password is, in place of <c>Password</c>: <c>env:NAME</c>, <c>file:PATH</c>, or <c>vault:NAME</c> for one that was put in on a page.</summary>
        public string? PasswordFrom { get; set; }

        /// <summary>The folder that is watched.</summary>
        public string Folder { get; set; } = "INBOX";

        /// <summary>Where mail is moved to once it is taken. Absent: it stays, with the keyword <c>$HoldfastTaken</c>.</summary>
        public string? ProcessedFolder { get; set; }

        /// <summary>Where mail is moved to that cannot be taken.</summary>
        public string RejectedFolder { get; set; } = "Rejected";

        /// <summary>Where our own sent mail is. Absent: the folder that the server calls so.</summary>
        public string? SentFolder { get; set; }

        /// <summary>How often to look although the server announced nothing.</summary>
        public string PollEvery { get; set; } = "1m";

        /// <summary>How old mail may be that is already there at the very first look.</summary>
        public string FirstLook { get; set; } = "1d";
    }

    internal sealed class SmtpSection
    {
        public string Host { get; set; } = "";

        public int Port { get; set; } = 587;

        /// <summary><c>StartTls</c>, <c>Tls</c> or <c>None</c>.</summary>
        public string Security { get; set; } = "StartTls";

        public string? User { get; set; }

        public string? Password { get; set; }

        /// <summary>Where the password is, in place of <c>Password</c>: <c>env:NAME</c>, <c>file:PATH</c>, or <c>vault:NAME</c> for one that was put in on a page.</summary>
        public string? PasswordFrom { get; set; }

        /// <summary>What to do when the mail may have been sent: <c>SendAgain</c> or <c>AskPerson</c>.</summary>
        public string WhenUnsure { get; set; } = "SendAgain";

        /// <summary>Whether each mail goes to our own address as well, which proves that it was taken. Absent: yes, if there is a mailbox to see it in.</summary>
        public bool? ProofCopy { get; set; }

        /// <summary>How long to wait for that proof before <c>WhenUnsure</c> decides.</summary>
        public string ProofWait { get; set; } = "2m";

        /// <summary>Addresses that get a copy of each mail without being named on it.</summary>
        public string[] CopyTo { get; set; } = [];
    }

    internal sealed class ModelsSection
    {
        /// <summary>
        /// <c>Anthropic</c>, also without a key here: each tenant puts one of its own into the vault, and mail waits until it has. <c>Offline</c>:
        /// the rules. Absent: Anthropic if there is a key.
        /// </summary>
        public string? Use { get; set; }

        /// <summary>How many model calls, and other steps, this program makes at once.</summary>
        public int Concurrency { get; set; } = 32;

        public AnthropicSection Anthropic { get; set; } = new();
    }

    internal sealed class AnthropicSection
    {
        /// <summary>Absent: the environment variable <c>ANTHROPIC_API_KEY</c>; absent as well: the offline rules.</summary>
        public string? ApiKey { get; set; }

        public string BaseUrl { get; set; } = "https://api.anthropic.com";

        public string Model { get; set; } = "claude-sonnet-5-5";

        public int MaxOutputTokens { get; set; } = 4096;
    }

    internal class LangfuseProjectSection
    {
        public string BaseUrl { get; set; } = "https://cloud.langfuse.com";

        /// <summary>The project's keys: <c>pk-lf-…</c> and <c>sk-lf-…</c>.</summary>
        public string PublicKey { get; set; } = "";

        public string SecretKey { get; set; } = "";

        /// <summary>Where the secret key is, in place of <c>SecretKey</c>: <c>env:NAME</c> or <c>file:PATH</c>. It is read at the start.</summary>
        public string? SecretKeyFrom { get; set; }

        /// <summary>Whether mails and answers are sent. When not: names, times, models, tokens and costs alone.</summary>
        public bool Content { get; set; } = true;
    }

    internal sealed class LangfuseSection : LangfuseProjectSection
    {
        /// <summary>Absent: Langfuse's default.</summary>
        public string? Environment { get; set; }
    }

    internal sealed class PagesSection
    {
        /// <summary>
        /// Whether the dashboard's pages may name, and try, mail servers in private networks or on this machine, at any port. Otherwise they must be on the open
        /// internet, at a mail server's port. What the settings file says is not concerned.
        /// </summary>
        public bool PrivateMailServers { get; set; }

        /// <summary>
        /// The request header in which a proxy before the dashboard names who is signed in, such as <c>X-Forwarded-Email</c>. Given, nobody gets in without it, and
        /// approvals are shown to, and decided by, those who may decide them. The proxy must take the header away from what browsers send.
        /// </summary>
        public string? SignedInHeader { get; set; }

        /// <summary>The names under which the proxy asks for the dashboard: <c>desk.shop.example</c>.</summary>
        public string[] Hosts { get; set; } = [];
    }

    internal sealed class ServerSection
    {
        public string Namespace { get; set; } = "default";

        public string TaskQueue { get; set; } = "email-support";

        /// <summary>Whether the server of <c>--target</c> wants TLS.</summary>
        public bool Tls { get; set; }

        /// <summary>The key that the server of <c>--target</c> wants.</summary>
        public string? ApiKey { get; set; }
    }
}
