using System.Text;
using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Mail.Reading;

namespace Holdfast.EmailSupport.Tests.Mail;

/// <summary>Raw mail for tests.</summary>
internal static class Raw
{
    public static MailIdentity Identity { get; } = new(new MailAddress("support@desk.test", "Desk"));

    /// <summary>A mail from a customer: these headers replace or join the usual ones; a null value leaves one out.</summary>
    public static byte[] Mail(string body, params (string Name, string? Value)[] headers)
    {
        var all = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["From"] = "Ada Lovelace <ada@customer.test>",
            ["To"] = "support@desk.test",
            ["Subject"] = "Hello",
            ["Message-ID"] = "<m1@customer.test>",
            ["Date"] = "Sun, 22 Nov 2026 10:00:00 +0000",
        };
        foreach (var (name, value) in headers)
            all[name] = value;

        var text = new StringBuilder();
        foreach (var (name, value) in all.Where(header => header.Value is not null))
            text.Append(name).Append(": ").Append(value).Append("\r\n");
        return Encoding.Latin1.GetBytes(text.Append("\r\n").Append(body.ReplaceLineEndings("\r\n")).ToString());
    }

    public static EmailMessage Read(byte[] raw) => new MailReader(Identity).Read(raw);

    public static EmailMessage Read(string body, params (string Name, string? Value)[] headers) => Read(Mail(body, headers));
}
