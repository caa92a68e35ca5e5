using Holdfast.EmailSupport.Mail;
using Holdfast.Server;
using MimeKit;

namespace Holdfast.EmailSupport.Hosting;

/// <summary>Reads the values of settings. What is wrong is gathered, each by its setting's name, so that all of it can be told at once.</summary>
/// <param name="problems">Where it is gathered.</param>
/// <param name="prefix">Where the settings are: <c>Tenants:acme:</c>.</param>
internal sealed class SettingChecks(List<SettingProblem> problems, string prefix = "")
{
    private static readonly MailAddress NoAddress = new("nobody@invalid", "");

    /// <summary>The same list for settings elsewhere.</summary>
    public SettingChecks At(string elsewhere) => new(problems, elsewhere);

    /// <summary>Whether anything was found wrong so far.</summary>
    public bool Any => problems.Count > 0;

    public MailAddress Address(string name, string value) =>
        MailboxAddress.TryParse(value, out var mailbox) && mailbox.Address.IndexOf('@', StringComparison.Ordinal) is > 0
            ? new(mailbox.Address, mailbox.Name ?? "")
            : Wrong(name, value, "an e-mail address", NoAddress);

    public TimeSpan Duration(string name, string value) =>
        Durations.Parse(value) is { } duration && duration > TimeSpan.Zero ? duration : Wrong(name, value, "a duration such as \"4h\" or \"3d\"", TimeSpan.FromDays(1));

    public T OneOf<T>(string name, string value)
        where T : struct, Enum =>
        Enum.TryParse<T>(value, ignoreCase: true, out var parsed) && Enum.IsDefined(parsed) && !char.IsAsciiDigit(value[0])
            ? parsed
            : Wrong(name, value, $"one of {string.Join(", ", Enum.GetNames<T>())}", default(T));

    /// <summary>What stands there unless it is empty.</summary>
    public string Text(string name, string value, string expected) => value.Length > 0 ? value : Wrong(name, value, expected, value);

    public int Port(string name, int value) => value is > 0 and < 65536 ? value : Wrong(name, $"{value}", "a number from 1 to 65535", value);

    /// <summary>Notes a setting that is wrong.</summary>
    /// <returns>What stands in for it while the others are looked at; nothing is run on it.</returns>
    public T Wrong<T>(string name, string value, string expected, T instead)
    {
        Note(name, $"The setting {prefix}{name} is \"{value}\"; it must be {expected}.", value.Length > 0 ? $"It is \"{value}\"; it must be {expected}." : $"It must be {expected}.");
        return instead;
    }

    /// <summary>Notes what is wrong with a setting in words of its own.</summary>
    /// <param name="sentence">With the setting's name.</param>
    /// <param name="beside">As it is told beside the setting.</param>
    public void Note(string name, string sentence, string beside) => problems.Add(new(prefix + name, sentence, beside));
}
