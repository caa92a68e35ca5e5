namespace Holdfast.EmailSupport.Mail.Reading;

/// <summary>Tells what a file is by its first bytes, and what is suspicious about that.</summary>
internal static class FileKind
{
    private const string Runnable = "a program";

    // Windows and others start these at a click, or open them with a program that runs what is in them.
    private static readonly HashSet<string> Running = new(StringComparer.OrdinalIgnoreCase)
    {
        ".exe", ".com", ".scr", ".pif", ".bat", ".cmd", ".ps1", ".vbs", ".vbe", ".js", ".jse", ".wsf", ".hta", ".msi", ".msp", ".lnk", ".jar", ".reg", ".iso", ".img",
        ".vhd", ".appx", ".sh", ".desktop", ".docm", ".xlsm", ".pptm", ".html", ".htm", ".svg",
    };

    private static readonly (byte[] Start, string Kind)[] Starts =
    [
        ("%PDF-"u8.ToArray(), "application/pdf"),
        ([0x89, 0x50, 0x4e, 0x47], "image/png"),
        ([0xff, 0xd8, 0xff], "image/jpeg"),
        ("GIF8"u8.ToArray(), "image/gif"),
        ("PK\u0003\u0004"u8.ToArray(), "application/zip"),
        ([0xd0, 0xcf, 0x11, 0xe0], "application/x-ole-storage"),
        ("MZ"u8.ToArray(), Runnable),
        ([0x7f, 0x45, 0x4c, 0x46], Runnable),
        ("#!"u8.ToArray(), Runnable),
    ];

    /// <summary>What the first bytes say; null when they say nothing that is known here.</summary>
    public static string? Of(ReadOnlySpan<byte> content)
    {
        foreach (var (start, kind) in Starts)
        {
            if (content.StartsWith(start))
                return kind;
        }

        return null;
    }

    /// <summary>A sentence for the person who may open the file, or null.</summary>
    /// <param name="claimed">The media type that the mail gives it.</param>
    /// <param name="found">See <see cref="Of"/>.</param>
    public static string? Warning(string name, string claimed, string? found)
    {
        if (found is Runnable)
            return "It is a program.";
        if (Running.Contains(Path.GetExtension(name)))
            return $"Files that end in {Path.GetExtension(name).ToLowerInvariant()} can run by themselves.";

        // Only of these kinds is it certain how they begin.
        var certain = Starts.Any(pair => pair.Kind == claimed);
        return certain && found != claimed ? $"It claims to be {claimed} and is {found ?? "something else"}." : null;
    }
}
