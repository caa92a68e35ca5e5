using System.Reflection;
using System.Text;
using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Mail.Reading;

namespace Holdfast.EmailSupport.Samples;

/// <summary>A handful of made-up e-mails of the kinds that matter, to see the whole flow without a customer.</summary>
internal static class SampleMail
{
    private const string Prefix = "Holdfast.EmailSupport.Samples.";

    /// <summary>The set that <c>--samples</c> drops. It is always the same mail, so dropping it again is harmless.</summary>
    public const string FirstSet = "first";

    /// <summary>Puts the samples into the inbox, each whole, but for those that were taken before.</summary>
    /// <param name="set">Goes into the Message-IDs: mail of another set is other mail, and is handled anew. Letters and digits.</param>
    /// <returns>How many were put there.</returns>
    public static int Drop(MailFolders folders, string set)
    {
        var mails = All(set).Where(mail => !File.Exists(Path.Combine(folders.Root, MailReader.FileOf(MailReader.IdOf(mail.Raw))))).ToList();
        foreach (var (name, raw) in mails)
        {
            var path = Path.Combine(folders.Inbox, $"sample-{set}-{name}");
            // Hidden until it is whole: the intake skips names with a leading dot.
            var partial = Path.Combine(folders.Inbox, $".sample-{set}-{name}.part");
            File.WriteAllBytes(partial, raw);
            File.Move(partial, path, overwrite: true);
        }

        return mails.Count;
    }

    public static IReadOnlyList<(string Name, byte[] Raw)> All(string set)
    {
        var assembly = Assembly.GetExecutingAssembly();
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(".eml", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name => (name[Prefix.Length..], Read(assembly, name, set))),
        ];
    }

    private static byte[] Read(Assembly assembly, string name, string set)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
        return Encoding.UTF8.GetBytes(reader.ReadToEnd().Replace("{set}", set, StringComparison.Ordinal).ReplaceLineEndings("\r\n"));
    }
}
