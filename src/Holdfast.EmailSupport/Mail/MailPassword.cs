using System.Diagnostics;
using Holdfast.AI.Vault;
using Holdfast.EmailSupport.Hosting;

namespace Holdfast.EmailSupport.Mail;

/// <summary>The password of a mail server's login, or where it is. Printing it tells where it is and never what.</summary>
[DebuggerDisplay("{ToString(),nq}")]
internal abstract record MailPassword
{
    /// <summary>What the vault keeps such passwords for: they are given to no model's provider.</summary>
    public const string VaultUse = "mail";

    private const string Environment = "env:";
    private const string File = "file:";
    private const string Vault = "vault:";

    private MailPassword()
    {
    }

    public static MailPassword None { get; } = new Given("");

    public static implicit operator MailPassword(string text) => new Given(text);

    /// <summary>What the settings of a mail server say; null if they name none.</summary>
    /// <param name="section"><c>Imap</c> or <c>Smtp</c>.</param>
    public static MailPassword? From(string section, string? password, string? from, string tenant, string dataFolder, SettingChecks checks)
    {
        if (string.IsNullOrEmpty(from))
            return string.IsNullOrEmpty(password) ? null : new Given(password);
        if (!string.IsNullOrEmpty(password))
            return checks.Wrong($"{section}:PasswordFrom", from, $"left out where {section}:Password is given", None);

        var colon = from.IndexOf(':', StringComparison.Ordinal) + 1;
        var name = from[colon..];
        switch (from[..colon])
        {
            case Environment when name.Length > 0:
                return string.IsNullOrEmpty(System.Environment.GetEnvironmentVariable(name))
                    ? checks.Wrong($"{section}:PasswordFrom", from, "the name of an environment variable that is set for this program", None)
                    : new OfEnvironment(name);
            case File when name.Length > 0:
                var path = Path.Combine(dataFolder, name);
                return System.IO.File.Exists(path) ? new OfFile(path) : checks.Wrong($"{section}:PasswordFrom", from, $"a file that is there ({path} is not)", None);
            case Vault when name.Length > 0:
                return new OfVault(tenant, name, Store: null);
            default:
                return checks.Wrong($"{section}:PasswordFrom", from, "env:NAME, file:PATH or vault:NAME", None);
        }
    }

    /// <summary>The same password, found in this vault if it is in one.</summary>
    public MailPassword In(CredentialVault? vault) => this is OfVault kept ? kept with { Store = vault } : this;

    /// <exception cref="MailPasswordException">It is not where it should be.</exception>
    public abstract ValueTask<string> ReadAsync(CancellationToken cancellationToken);

    private sealed record Given(string Text) : MailPassword
    {
        public override ValueTask<string> ReadAsync(CancellationToken cancellationToken) => new(Text);

        public override string ToString() => "in the settings";
    }

    private sealed record OfEnvironment(string Name) : MailPassword
    {
        public override ValueTask<string> ReadAsync(CancellationToken cancellationToken) =>
            new(System.Environment.GetEnvironmentVariable(Name) ?? throw new MailPasswordException($"The environment variable {Name}, which should hold the password, is not set."));

        public override string ToString() => $"environment variable {Name}";
    }

    private sealed record OfFile(string At) : MailPassword
    {
        // Read each time: whoever replaces the file has changed the password.
        public override async ValueTask<string> ReadAsync(CancellationToken cancellationToken)
        {
            try
            {
                return (await System.IO.File.ReadAllTextAsync(At, cancellationToken)).TrimEnd('\r', '\n');
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new MailPasswordException($"The file {At}, which should hold the password, cannot be read: {exception.Message}", exception);
            }
        }

        public override string ToString() => $"file {At}";
    }

    private sealed record OfVault(string Tenant, string Name, CredentialVault? Store) : MailPassword
    {
        private static readonly VaultActor Mail = new("mail");

        public override async ValueTask<string> ReadAsync(CancellationToken cancellationToken)
        {
            try
            {
                return Store is not null && await Store.RevealAsync(Tenant, Name, VaultUse, Mail, cancellationToken) is { } secret
                    ? secret.Reveal()
                    : throw new MailPasswordException($"The vault holds no password \"{Name}\" of the tenant {Tenant}: put it in on the page of the tenant.");
            }
            catch (VaultException exception)
            {
                throw new MailPasswordException($"The password \"{Name}\" of the tenant {Tenant} cannot be taken out of the vault: {exception.Message}", exception);
            }
        }

        public override string ToString() => $"vault, as {Name}";
    }
}
