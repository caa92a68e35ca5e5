namespace Holdfast.EmailSupport.Mail.Intake;

/// <summary>
/// Finds the files in the inbox that are whole. A mail program renames a finished file in (a Maildir's <c>new</c> folder is
/// always so); a person copies, and then the file grows before our eyes: it counts as whole once two looks find it unchanged.
/// </summary>
internal sealed class InboxFiles(string inbox, TimeProvider time)
{
    /// <summary>How long a file must stay unchanged.</summary>
    public static readonly TimeSpan Settle = TimeSpan.FromSeconds(1);

    /// <summary>How long a file that looks cut off, empty or broken may still grow.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private Dictionary<string, Sight> seen = [];

    /// <summary>The whole files, by name.</summary>
    public IReadOnlyList<InboxFile> Look(int max)
    {
        Directory.CreateDirectory(inbox);
        var now = time.GetTimestamp();
        var sights = new Dictionary<string, Sight>();
        var whole = new List<InboxFile>();
        foreach (var (file, delivered) in Candidates())
        {
            var sight = new Sight(file.Length, file.LastWriteTimeUtc, now, TroubleTold: false);
            if (seen.TryGetValue(file.FullName, out var earlier) && earlier.Length == sight.Length && earlier.Written == sight.Written)
                sight = earlier;
            sights[file.FullName] = sight;

            var unchanged = time.GetElapsedTime(sight.Since, now);
            if (whole.Count < max && (delivered || unchanged >= Settle))
                whole.Add(new(file.FullName, sight.Length, IsOld: unchanged >= Patience));
        }

        // Files that are gone are forgotten with the old dictionary.
        seen = sights;
        return whole;
    }

    public void Forget(InboxFile file) => seen.Remove(file.Path);

    /// <summary>Whether this file's trouble has not been told yet since it last changed.</summary>
    public bool IsFirstTrouble(InboxFile file)
    {
        if (!seen.TryGetValue(file.Path, out var sight) || sight.TroubleTold)
            return false;
        seen[file.Path] = sight with { TroubleTold = true };
        return true;
    }

    private IEnumerable<(FileInfo File, bool Delivered)> Candidates()
    {
        var dropped = new DirectoryInfo(inbox).EnumerateFiles()
            .Where(file => file.Extension.Equals(".eml", StringComparison.OrdinalIgnoreCase))
            .Select(file => (file, false));
        var maildir = new DirectoryInfo(Path.Combine(inbox, "new"));
        var delivered = maildir.Exists ? maildir.EnumerateFiles().Select(file => (file, true)) : [];
        // A leading dot marks a file that is still being written, by the custom of mail programs and copying tools.
        return dropped.Concat(delivered).Where(pair => !pair.Item1.Name.StartsWith('.')).OrderBy(pair => pair.Item1.Name, StringComparer.Ordinal);
    }

    private sealed record Sight(long Length, DateTime Written, long Since, bool TroubleTold);
}
