using System.Globalization;
using Holdfast.EmailSupport.Mail.Intake;
using Holdfast.EmailSupport.Mail.Outbox;
using Holdfast.EmailSupport.Mail.Reading;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Search;

namespace Holdfast.EmailSupport.Mail.Imap;

/// <summary>
/// Takes mail from an IMAP folder: each mail is downloaded, handed over, written beside the others that were taken, and only
/// then counted as done. A crash at any moment leads to handing it over again, which the workflow id makes harmless.
/// </summary>
/// <remarks>
/// What marks a mail as done is the cursor on our own disk, never the server's flags: any mail program that looks into the
/// mailbox changes those. When the server numbers the folder anew (UIDVALIDITY), everything from the last days is read again.
/// A mail that is too large, no mail at all, or that the server cannot hand out is moved to the rejected folder and noted with its
/// reason, and the next one is looked at.
/// </remarks>
internal sealed partial class ImapIntake(
    ImapSettings settings,
    MailFolders folders,
    MailReader reader,
    StartEmail start,
    OutboxFolder outbox,
    MailboxHealth health,
    TimeProvider time,
    ILogger<ImapIntake> logger)
{
    /// <summary>A keyword that shows people which mail was taken. Nothing rests on it.</summary>
    public const string TakenKeyword = "$HoldfastTaken";

    // One fetch asks for this many, so that a full mailbox neither fills the memory nor loses much when the process dies.
    private const int Page = 50;

    // A mail that breaks the connection each time must not keep the others out.
    private const int MaxTries = 3;

    // Mail that came while the folder was being numbered anew may carry an earlier date than the last look.
    private static readonly TimeSpan Overlap = TimeSpan.FromDays(2);

    private readonly RejectedFolder rejected = new(folders.Rejected, time);
    private readonly CursorFile file = new(folders.CursorOf(settings.Name));
    private readonly Dictionary<uint, int> tries = [];

    /// <summary>Takes all that is new in the folder.</summary>
    /// <returns>How many mails are done with.</returns>
    /// <exception cref="Exception">The mailbox or our own server cannot be used now; what is left stays for the next look.</exception>
    public async Task<int> LookAsync(ImapClient client, IMailFolder inbox, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (cursor, open) = await WhatIsNewAsync(inbox, now, cancellationToken);
        var taken = 0;
        foreach (var page in open.Chunk(Page))
        {
            var summaries = (await inbox.FetchAsync(page, MessageSummaryItems.UniqueId | MessageSummaryItems.Size | MessageSummaryItems.Envelope, cancellationToken))
                .ToDictionary(summary => summary.UniqueId.Id);
            // What is not among the answers has been deleted meanwhile.
            List<uint> done = [.. page.Select(uid => uid.Id).Where(uid => !summaries.ContainsKey(uid))];
            try
            {
                foreach (var uid in page.Where(uid => summaries.ContainsKey(uid.Id)))
                {
                    await TakeAsync(client, inbox, uid, summaries[uid.Id], cancellationToken);
                    done.Add(uid.Id);
                    tries.Remove(uid.Id);
                }
            }
            finally
            {
                taken += done.Count;
                var first = open.FirstOrDefault(uid => !cursor.IsDone(uid.Id) && !done.Contains(uid.Id));
                cursor = cursor.After(done, first.Id == 0 ? null : first.Id);
                file.Save(cursor);
            }
        }

        file.Save(cursor with { LookedAt = now });
        health.Looked();
        return taken;
    }

    private async Task<(MailboxCursor Cursor, IReadOnlyList<UniqueId> Open)> WhatIsNewAsync(IMailFolder inbox, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var cursor = file.Load();
        if (cursor?.UidValidity == inbox.UidValidity)
        {
            // A range without an upper end always yields the newest mail as well, whatever its number.
            var found = await inbox.SearchAsync(SearchQuery.Uids(new UniqueIdRange(inbox.UidValidity, cursor.Through + 1, uint.MaxValue)), cancellationToken);
            return (cursor, [.. found.Where(uid => !cursor.IsDone(uid.Id)).OrderBy(uid => uid.Id)]);
        }

        var since = cursor is null ? now - settings.FirstLook : cursor.LookedAt - Overlap;
        if (cursor is not null)
            LogNumberedAnew(logger, settings.Name, since);
        var all = await inbox.SearchAsync(SearchQuery.All, cancellationToken);
        var recent = (await inbox.SearchAsync(SearchQuery.DeliveredAfter(since.UtcDateTime.Date), cancellationToken)).Select(uid => uid.Id).ToHashSet();
        var open = all.Where(uid => recent.Contains(uid.Id)).OrderBy(uid => uid.Id).ToList();
        var fresh = new MailboxCursor(inbox.UidValidity, 0, [], cursor?.LookedAt ?? now);
        // What is older is done with from now on: the cursor says so before anything is taken, so that a crash does not move the line.
        fresh = fresh.After(all.Select(uid => uid.Id).Where(uid => !recent.Contains(uid)), open.Count > 0 ? open[0].Id : null);
        file.Save(fresh);
        return (fresh, open);
    }

    private async Task TakeAsync(ImapClient client, IMailFolder inbox, UniqueId uid, IMessageSummary summary, CancellationToken cancellationToken)
    {
        if (summary.Size > MailIntake.MaxBytes)
        {
            await RejectAsync(client, inbox, uid, summary, null, $"The mail has {summary.Size / 1024 / 1024} MB; at most {MailIntake.MaxBytes / 1024 / 1024} MB are taken.", cancellationToken);
            return;
        }

        if (await DownloadAsync(inbox, uid, cancellationToken) is not { } raw)
        {
            await RejectAsync(client, inbox, uid, summary, null, "The mail server does not hand this mail out.", cancellationToken);
            return;
        }

        EmailMessage email;
        try
        {
            email = reader.Read(raw);
            if (await IsOwnCopyAsync(client, inbox, uid, email, cancellationToken))
                return;

            // Known by its file as well as by its workflow: a closed workflow is deleted after its retention, and a folder may be numbered anew later.
            var isNew = !File.Exists(Path.Combine(folders.Root, email.File)) && await start(email, cancellationToken);
            health.Count(isNew ? "taken" : "known");
            if (isNew)
                LogTaken(logger, uid.Id, email.From.Address);
            else
                LogKnown(logger, uid.Id);
        }
        catch (Exception refused) when (refused is UnreadableMailException or MailRefusedException)
        {
            await RejectAsync(client, inbox, uid, summary, raw, refused.Message, cancellationToken);
            return;
        }

        folders.KeepProcessed(email, raw);
        await MarkAsync(client, inbox, uid, settings.ProcessedFolder, cancellationToken);
    }

    /// <summary>The raw mail, or null when the server says that it cannot give it, or breaks off each time.</summary>
    private async Task<byte[]?> DownloadAsync(IMailFolder inbox, UniqueId uid, CancellationToken cancellationToken)
    {
        var tried = tries[uid.Id] = tries.GetValueOrDefault(uid.Id) + 1;
        if (tried > MaxTries)
            return null;

        try
        {
            await using var stream = await inbox.GetStreamAsync(uid, cancellationToken);
            using var raw = new MemoryStream();
            await stream.CopyToAsync(raw, cancellationToken);
            return raw.ToArray();
        }
        catch (Exception exception) when (exception is ImapCommandException or MessageNotFoundException)
        {
            LogNotHandedOut(logger, uid.Id, exception.Message);
            return null;
        }
    }

    // The copy of our own mail that proves that it went out. It belongs with the sent mail.
    private async Task<bool> IsOwnCopyAsync(ImapClient client, IMailFolder inbox, UniqueId uid, EmailMessage email, CancellationToken cancellationToken)
    {
        if (email.MessageId is not { } id || !(outbox.Holds(id) || outbox.MayHaveBeenHandedOver(id)))
            return false;

        health.Count("own");
        if (await ImapSession.SentAsync(client, settings, cancellationToken) is { } sent)
            await MoveAsync(inbox, uid, sent, cancellationToken);
        return true;
    }

    private async Task RejectAsync(
        ImapClient client, IMailFolder inbox, UniqueId uid, IMessageSummary summary, byte[]? raw, string reason, CancellationToken cancellationToken)
    {
        string[] about =
        [
            "", $"Mailbox: {settings.Name}", $"From: {summary.Envelope?.From}", $"Subject: {summary.Envelope?.Subject}", $"Date: {summary.Envelope?.Date:u}", $"Size: {summary.Size} bytes",
        ];
        rejected.Take(string.Create(CultureInfo.InvariantCulture, $"imap-{inbox.UidValidity}-{uid.Id}.eml"), raw, reason, about);
        LogRejected(logger, uid.Id, reason);
        health.Count("rejected");
        await MarkAsync(client, inbox, uid, settings.RejectedFolder, cancellationToken);
    }

    // For people who look into the mailbox. A server that does not allow it changes nothing about the mail.
    private async Task MarkAsync(ImapClient client, IMailFolder inbox, UniqueId uid, string? folder, CancellationToken cancellationToken)
    {
        try
        {
            if (folder is not null)
                await MoveAsync(inbox, uid, await ImapSession.FolderAsync(client, folder, cancellationToken), cancellationToken);
            else if (inbox.PermanentFlags.HasFlag(MessageFlags.UserDefined))
                await inbox.StoreAsync(uid, new StoreFlagsRequest(StoreAction.Add, MessageFlags.None, [TakenKeyword]) { Silent = true }, cancellationToken);
        }
        catch (Exception exception) when (exception is ImapCommandException or FolderNotFoundException or MailboxException)
        {
            LogNotMarked(logger, uid.Id, exception.Message);
        }
    }

    private static async Task MoveAsync(IMailFolder inbox, UniqueId uid, IMailFolder target, CancellationToken cancellationToken)
    {
        if (target != inbox)
            await inbox.MoveToAsync(uid, target, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Took mail {Uid} of the mailbox from {From}")]
    private static partial void LogTaken(ILogger logger, uint uid, string from);

    [LoggerMessage(Level = LogLevel.Information, Message = "Mail {Uid} of the mailbox was taken before: the same mail is not handled twice")]
    private static partial void LogKnown(ILogger logger, uint uid);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Rejected mail {Uid} of the mailbox: {Reason}")]
    private static partial void LogRejected(ILogger logger, uint uid, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The mail server does not hand out mail {Uid}: {Reason}")]
    private static partial void LogNotHandedOut(ILogger logger, uint uid, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Mail {Uid} is done with, but the mail server did not mark it: {Reason}")]
    private static partial void LogNotMarked(ILogger logger, uint uid, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The mail server numbers {Mailbox} anew (UIDVALIDITY changed): everything since {Since:u} is looked at again, and what is known is left out")]
    private static partial void LogNumberedAnew(ILogger logger, string mailbox, DateTimeOffset since);
}
