namespace Holdfast.EmailSupport.Mail.Imap;

/// <summary>
/// How far a mailbox has been read. It only saves work: that no mail is handled twice rests on the workflow's id, so a cursor
/// that is lost or old costs some downloads and nothing else.
/// </summary>
/// <param name="UidValidity">The numbering of the folder that the UIDs belong to. Another one makes them meaningless.</param>
/// <param name="Through">Every mail up to this UID is done with.</param>
/// <param name="Done">UIDs above <paramref name="Through"/> that are done with, ascending.</param>
/// <param name="LookedAt">When the folder was last read to its end.</param>
internal sealed record MailboxCursor(uint UidValidity, uint Through, IReadOnlyList<uint> Done, DateTimeOffset LookedAt)
{
    // Some servers show mail with a lower UID late, when several deliver at once: UIDs are looked at again within this distance.
    private const uint Window = 200;

    public bool IsDone(uint uid) => uid <= Through || Done.Contains(uid);

    /// <summary>The cursor after these mails.</summary>
    /// <param name="uids">Done with.</param>
    /// <param name="open">The lowest UID that is seen and not done with; null when there is none.</param>
    public MailboxCursor After(IEnumerable<uint> uids, uint? open)
    {
        var done = Done.Concat(uids).Distinct().Order().ToList();
        var through = done.Count > 0 && done[^1] > Window ? Math.Max(Through, done[^1] - Window) : Through;
        if (open is { } lowest)
            through = Math.Min(through, lowest - 1);
        through = Math.Max(through, Through);
        return this with { Through = through, Done = [.. done.Where(uid => uid > through)] };
    }
}
