using Holdfast.EmailSupport.Mail.Outbox;
using MailKit;
using MailKit.Search;

namespace Holdfast.EmailSupport.Mail.Imap;

/// <summary>
/// Looks for a mail of ours in our own mailbox: in the folder that is watched, where the copy for ourselves arrives, and then in
/// the folder of sent mail, where the intake moves that copy and some providers put what they send.
/// </summary>
internal sealed class MailboxProof(ImapSettings settings) : ISentProof
{
    public async Task<bool> FoundAsync(string messageId, CancellationToken cancellationToken)
    {
        using var client = await ImapSession.OpenAsync(settings, cancellationToken);
        // In this order: the copy may be moved from the first to the second meanwhile, never back.
        return await HoldsAsync(await client.GetFolderAsync(settings.Folder, cancellationToken), messageId, cancellationToken)
            || (await ImapSession.SentAsync(client, settings, cancellationToken) is { } sent && await HoldsAsync(sent, messageId, cancellationToken));
    }

    private static async Task<bool> HoldsAsync(IMailFolder folder, string messageId, CancellationToken cancellationToken)
    {
        await folder.OpenAsync(FolderAccess.ReadOnly, cancellationToken);
        return (await folder.SearchAsync(SearchQuery.HeaderContains("Message-ID", messageId), cancellationToken)).Count > 0;
    }
}
