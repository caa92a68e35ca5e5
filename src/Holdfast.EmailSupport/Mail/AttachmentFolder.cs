using System.Security.Cryptography;

namespace Holdfast.EmailSupport.Mail;

/// <summary>Keeps attachments under the hash of their bytes: the sender's name for a file never becomes a path.</summary>
internal sealed class AttachmentFolder(string folder)
{
    /// <summary>Keeps a file; keeping it again changes nothing.</summary>
    /// <returns>Its SHA-256, lower-case hexadecimal, which is its name here.</returns>
    public string Keep(ReadOnlySpan<byte> content)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(content));
        var target = Path.Combine(folder, hash);
        if (File.Exists(target))
            return hash;

        Directory.CreateDirectory(folder);
        WholeFile.Write(target, content);
        return hash;
    }
}
