using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Holdfast.AI.Text;

namespace Holdfast.AI.Approvals.Links;

/// <summary>The page's text. It holds nothing from elsewhere, no script, and nothing that was not encoded: strangers wrote what it shows.</summary>
internal static class ApprovalLinkPage
{
    private const string Style = """
        :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
        body { max-width: 46rem; margin: 0 auto; padding: 1.5rem 1rem 4rem }
        h1 { font-size: 1.35rem; line-height: 1.3 }
        h2 { font-size: .9rem; margin: 1.2rem 0 .2rem; opacity: .75 }
        pre, textarea { box-sizing: border-box; width: 100%; margin: 0; padding: .6rem .75rem; border: 1px solid #8888; border-radius: 6px; font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; background: transparent; color: inherit }
        textarea { min-height: 16rem; resize: vertical }
        input[type=text] { box-sizing: border-box; width: 100%; padding: .45rem .75rem; border: 1px solid #8888; border-radius: 6px; font: inherit; background: transparent; color: inherit }
        .note { padding: .6rem .75rem; border-left: 4px solid #c77700; background: #c7770018 }
        .done { border-left-color: #2a8a4a; background: #2a8a4a18 }
        .muted { opacity: .75; font-size: .9rem }
        label.box { display: block; margin: 1rem 0 }
        button { padding: .6rem 1.4rem; border: 1px solid #8888; border-radius: 6px; font: inherit; font-weight: 600; cursor: pointer; background: transparent; color: inherit }
        button.approve { border-color: #2a8a4a; background: #2a8a4a; color: #fff }
        .buttons { display: flex; gap: .75rem; flex-wrap: wrap }
        """;

    private static readonly HtmlEncoder Html = HtmlEncoder.Default;

    /// <summary>No scripts, no requests anywhere, this one style, and a form that goes back where it came from.</summary>
    public static string ContentSecurityPolicy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static string Message(string title, string text) => Page(title, $"<h1>{Encode(title)}</h1><p class=\"note\">{Encode(text)}</p>");

    public static string Of(ApprovalLinkClaims claims, ApprovalView approval, string? problem, string? fieldName, string? fieldValue)
    {
        var body = new StringBuilder($"<h1 dir=\"auto\">{Encode(approval.Subject)}</h1>");
        if (problem is not null)
            body.Append(CultureInfo.InvariantCulture, $"<p class=\"note\" role=\"alert\">{Encode(problem)}</p>");

        var voted = approval.Votes.Any(vote => vote.Counts && ApprovalRules.SamePerson(vote.By, claims.Person));
        var changed = approval.ContentHash != claims.ContentHash;
        var open = approval.State is ApprovalState.Pending && !changed && !voted && fieldName is not null;
        body.Append(Where(approval, changed, voted));
        foreach (var fact in approval.Context)
            body.Append(CultureInfo.InvariantCulture, $"<h2>{Encode(fact.Label)}</h2><pre dir=\"auto\">{Encode(fact.Value)}</pre>");

        if (approval.Content != approval.Original)
            body.Append(CultureInfo.InvariantCulture, $"<h2>As it was asked for</h2><pre dir=\"auto\">{Encode(approval.Original)}</pre>");
        if (open)
            body.Append(Form(claims, approval, fieldName!, fieldValue!));
        else
            body.Append(CultureInfo.InvariantCulture, $"<h2>Text</h2><pre dir=\"auto\">{Encode(approval.Content)}</pre>");
        return Page(approval.Subject, body.ToString());
    }

    // No action: the form goes to the address it came from. Enter in the comment presses nothing, because the first button is disabled.
    private static string Form(ApprovalLinkClaims claims, ApprovalView approval, string fieldName, string fieldValue) => $"""
        <form method="post" autocomplete="off">
        <input type="hidden" name="{Encode(fieldName)}" value="{Encode(fieldValue)}">
        <button type="submit" disabled hidden aria-hidden="true"></button>
        <h2><label for="content">Text, which you may change</label></h2>
        <textarea id="content" name="content" dir="auto" maxlength="{ApprovalBoard.MaxContentLength}">
        {Encode(approval.Content)}</textarea>
        <h2><label for="comment">Comment, kept with the decision</label></h2>
        <input type="text" id="comment" name="comment" maxlength="2000">
        <label class="box"><input type="checkbox" name="confirm" value="yes" required> I am {Encode(claims.Person)}, and I have read this.</label>
        <div class="buttons">
        <button class="approve" type="submit" name="verdict" value="approve">Approve</button>
        <button type="submit" name="verdict" value="reject">Reject</button>
        </div>
        <p class="muted">Recorded as decided by {Encode(claims.Person)}. Expires {Time(approval.ExpiresAt)}.</p>
        </form>
        """;

    private static string Where(ApprovalView approval, bool changed, bool voted)
    {
        var missing = approval.Quorum - approval.Votes.Count(vote => vote.Counts);
        return approval switch
        {
            { State: ApprovalState.Expired } => Note("Nobody decided in time, or it was withdrawn. Nothing can be decided any more."),
            { Decision: { } decision } => Done($"{(approval.State is ApprovalState.Approved ? "Approved" : "Rejected")} by {decision.By} on {Time(decision.At)}{(decision.Edited ? ", with changes" : "")}."),
            _ when changed => Note("The text was changed after this mail was sent, so this link decides nothing any more. The newest mail has a link to the text below."),
            _ when voted => Done($"You have approved this. {missing} more must."),
            { Quorum: > 1 } => $"<p class=\"muted\">{missing} of {approval.Quorum} approvals are missing.</p>",
            _ => "",
        };

        static string Note(string text) => $"<p class=\"note\">{Encode(text)}</p>";
        static string Done(string text) => $"<p class=\"note done\">{Encode(text)}</p>";
    }

    private static string Page(string title, string body) => $"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
        <title>{Encode(title)}</title><style>{Style}</style></head>
        <body>{body}</body></html>
        """;

    private static string Encode(string text) => Html.Encode(PlainText.Clean(text)).Replace("&#xA;", "\n", StringComparison.Ordinal);

    private static string Time(DateTimeOffset at) => at.ToUniversalTime().ToString("d MMMM yyyy HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
