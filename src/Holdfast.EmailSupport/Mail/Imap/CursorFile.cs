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
        WholeFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(cursor, JsonSerializerOptions.Web));
    }
}
