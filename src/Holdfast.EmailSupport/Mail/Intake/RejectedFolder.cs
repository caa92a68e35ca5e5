using System.Globalization;
using Holdfast.AI.Text;

namespace Holdfast.EmailSupport.Mail.Intake;

/// <summary>The folder of files that could not be taken as mail. Beside each lies a text file that says why.</summary>
internal sealed class RejectedFolder(string folder, TimeProvider time)
{
    public void Take(InboxFile file, string reason)
    {
        Directory.CreateDirectory(folder);
        var target = FreePath(file.Name);
        var text = string.Create(CultureInfo.InvariantCulture, $"""
            {PlainText.CleanLine(reason, 500)}

            Rejected at {time.GetUtcNow():yyyy-MM-dd HH:mm:ss} UTC. Nothing was sent. To try again, mend the file and put it back into the inbox folder.

            """);
        // The reason first: a crash in between leaves a stray note, and the file is rejected again; never a file without its reason.
        File.WriteAllText(target + ".reason.txt", text);
        File.Move(file.Path, target, overwrite: false);
    }

    private string FreePath(string name)
    {
        var path = Path.Combine(folder, name);
        for (var number = 2; File.Exists(path); number++)
            path = Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(name)}-{number}{Path.GetExtension(name)}");
        return path;
    }
}
