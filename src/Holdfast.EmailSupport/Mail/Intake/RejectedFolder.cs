using System.Globalization;
using Holdfast.AI.Text;

namespace Holdfast.EmailSupport.Mail.Intake;

/// <summary>The folder of files that could not be taken as mail. Beside each lies a text file that says why.</summary>
internal sealed class RejectedFolder(string folder, TimeProvider time)
{
    /// <summary>Moves a file here.</summary>
    public void Take(InboxFile file, string reason)
    {
        Directory.CreateDirectory(folder);
        var target = FreePath(file.Name);
        // The reason first: a crash in between leaves a stray note, and the file is rejected again; never a file without its reason.
        WriteReason(target, reason, "To try again, mend the file and put it back into the inbox folder.");
        File.Move(file.Path, target, overwrite: false);
    }

    /// <summary>Notes a mail of a mailbox: again under the same name replaces the note.</summary>
    /// <param name="raw">Its bytes; null when they were not fetched, and then only the reason is written.</param>
    /// <param name="about">What is known of it, one line each.</param>
    public void Take(string name, byte[]? raw, string reason, IEnumerable<string> about)
    {
        Directory.CreateDirectory(folder);
        var target = Path.Combine(folder, name);
        WriteReason(target, reason, string.Join('\n', about.Select(line => PlainText.CleanLine(line, 500))));
        if (raw is not null)
            File.WriteAllBytes(target, raw);
    }

    private void WriteReason(string target, string reason, string more) =>
        File.WriteAllText(target + ".reason.txt", string.Create(CultureInfo.InvariantCulture, $"""
            {PlainText.CleanLine(reason, 500)}

            Rejected at {time.GetUtcNow():yyyy-MM-dd HH:mm:ss} UTC. Nothing was sent. {more}

            """));

    private string FreePath(string name)
    {
        var path = Path.Combine(folder, name);
        for (var number = 2; File.Exists(path); number++)
            path = Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(name)}-{number}{Path.GetExtension(name)}");
        return path;
    }
}
