using System.Text.Json;

namespace Holdfast.EmailSupport.Mail.Imap;

/// <summary>Keeps the cursor of one mailbox in a file. One that cannot be read counts as none.</summary>
internal sealed class CursorFile(string path)
{
    public MailboxCursor? Load()
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<MailboxCursor>(File.ReadAllBytes(path), JsonSerializerOptions.Web) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public void Save(MailboxCursor cursor)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var partial = path + ".tmp";
        using (var file = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            JsonSerializer.Serialize(file, cursor, JsonSerializerOptions.Web);
            file.Flush(flushToDisk: true);
        }

        File.Move(partial, path, overwrite: true);
    }
}
