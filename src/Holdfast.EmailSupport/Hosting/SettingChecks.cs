using Holdfast.EmailSupport.Mail;
using Holdfast.Server;
using MimeKit;

namespace Holdfast.EmailSupport.Hosting;

/// <summary>Reads the values of settings. What is wrong is told by the setting's name.</summary>
/// <param name="prefix">Where the settings are: <c>Tenants:acme:</c>.</param>
internal sealed class SettingChecks(string prefix)
{
    /// <exception cref="StartException">It is none.</exception>
    public MailAddress Address(string name, string value) =>
        MailboxAddress.TryParse(value, out var mailbox) && mailbox.Address.IndexOf('@', StringComparison.Ordinal) is > 0
            ? new(mailbox.Address, mailbox.Name ?? "")
            : throw Wrong(name, value, "an e-mail address");

    public TimeSpan Duration(string name, string value) =>
        Durations.Parse(value) is { } duration && duration > TimeSpan.Zero ? duration : throw Wrong(name, value, "a duration such as \"4h\" or \"3d\"");

    public T OneOf<T>(string name, string value)
        where T : struct, Enum =>
        Enum.TryParse<T>(value, ignoreCase: true, out var parsed) && Enum.IsDefined(parsed) && !char.IsAsciiDigit(value[0])
            ? parsed
            : throw Wrong(name, value, $"one of {string.Join(", ", Enum.GetNames<T>())}");

    public StartException Wrong(string name, string value, string expected) =>
        new($"The setting {prefix}{name} is \"{value}\"; it must be {expected}.");
}
