using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Holdfast.AI.Approvals.Links;

/// <summary>
/// The page behind a link. Looking at it, by GET or HEAD, decides nothing: mail scanners open every link, some run its scripts, and some
/// press what they find. A decision is a POST with the cookie that the page set, with a box ticked by hand.
/// </summary>
internal sealed partial class ApprovalLinkPages(
    ApprovalLinks links, IAntiforgery antiforgery, IOptions<ApprovalLinkOptions> options, ILogger<ApprovalLinkPages> logger)
{
    // A text of the longest length in any script, escaped as forms are.
    private const int LargestFormBytes = 2 * 1024 * 1024;
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DecisionLimit = TimeSpan.FromSeconds(25);

    public async Task ShowAsync(string token, HttpContext context)
    {
        if (links.Read(token) is not ({ } claims, var expired))
            await PageAsync(context, StatusCodes.Status404NotFound, ApprovalLinkPage.Message("This link is not valid", NotValid));
        else if (expired)
            await PageAsync(context, StatusCodes.Status410Gone, ApprovalLinkPage.Message("This link has expired", Expired));
        else
            await WithApprovalAsync(context, claims, (_, approval) => ShowAsync(context, claims, approval, StatusCodes.Status200OK, problem: null));
    }

    public async Task DecideAsync(string token, HttpContext context)
    {
        if (links.Read(token) is not ({ } claims, var expired))
        {
            await PageAsync(context, StatusCodes.Status404NotFound, ApprovalLinkPage.Message("This link is not valid", NotValid));
            return;
        }

        if (expired)
        {
            await PageAsync(context, StatusCodes.Status410Gone, ApprovalLinkPage.Message("This link has expired", Expired));
            return;
        }

        if (await FormAsync(context) is not { } form)
        {
            await PageAsync(context, StatusCodes.Status400BadRequest, ApprovalLinkPage.Message(
                "Nothing was decided", "This did not come from the page that the link opens. Open the link again and decide there. The page needs a cookie, which your browser must allow."));
            return;
        }

        await WithApprovalAsync(context, claims, (workflow, approval) => DecideAsync(context, token, claims, form, workflow, approval));
    }

    private const string NotValid = "Perhaps it was cut off or changed on its way. Open it from the mail once more, or decide on the dashboard.";
    private const string Expired = "The time to decide is over. Nothing was changed.";

    private async Task DecideAsync(
        HttpContext context, string token, ApprovalLinkClaims claims, IFormCollection form, WorkflowHandle workflow, ApprovalView approval)
    {
        var verdict = form["verdict"].ToString();
        if (approval.State is not ApprovalState.Pending || approval.ContentHash != claims.ContentHash)
        {
            await ShowAsync(context, claims, approval, StatusCodes.Status409Conflict, "Nothing was changed by what you just sent.");
            return;
        }

        if (verdict is not (ApprovalNames.Approve or ApprovalNames.Reject) || form["confirm"] != "yes")
        {
            await ShowAsync(context, claims, approval, StatusCodes.Status400BadRequest, "Nothing was decided: tick the box, then press one of the buttons.");
            return;
        }

        var given = form["content"].ToString().ReplaceLineEndings("\n");
        var request = new ApprovalDecisionRequest
        {
            ApprovalId = claims.ApprovalId,
            Verdict = verdict,
            By = claims.Person,
            Groups = options.Value.GroupsOf(claims.Person),
            ContentHash = claims.ContentHash,
            Content = verdict is ApprovalNames.Approve && form.ContainsKey("content") && given != approval.Content ? given : null,
            Comment = form["comment"].ToString() is { Length: > 0 } comment ? comment : null,
        };
        try
        {
            var decided = await workflow.ExecuteUpdateAsync<ApprovalView>(
                ApprovalNames.DecideUpdate, [request], new(UpdateId(token, request)) { Rpc = Rpc(context, DecisionLimit) });
            LogDecided(logger, claims.ApprovalId, claims.WorkflowId, verdict, claims.Person);
            await ShowAsync(context, claims with { ContentHash = decided.ContentHash }, decided, StatusCodes.Status200OK, problem: null);
        }
        catch (WorkflowUpdateFailedException refused)
        {
            await ShowAgainAsync(refused.InnerException?.Message ?? refused.Message);
        }
        catch (RpcException ended) when (ended.Code is RpcException.StatusCode.NotFound)
        {
            await ShowAgainAsync("The workflow has ended; nothing can be decided any more.");
        }

        async Task ShowAgainAsync(string reason) =>
            await ShowAsync(context, claims, await FindAsync(workflow, claims, context) ?? approval, StatusCodes.Status409Conflict, reason);
    }

    private async Task ShowAsync(HttpContext context, ApprovalLinkClaims claims, ApprovalView approval, int status, string? problem)
    {
        // The cookie and the form's field belong together; neither is in the link, so a scanner that only posts to it has none.
        var tokens = approval.State is ApprovalState.Pending ? antiforgery.GetAndStoreTokens(context) : null;
        await PageAsync(context, status, ApprovalLinkPage.Of(claims, approval, problem, tokens?.FormFieldName, tokens?.RequestToken));
    }

    private async Task WithApprovalAsync(HttpContext context, ApprovalLinkClaims claims, Func<WorkflowHandle, ApprovalView, Task> then)
    {
        var client = options.Value.Client ?? throw new InvalidOperationException($"{nameof(ApprovalLinkOptions)}.{nameof(ApprovalLinkOptions.Client)} is not set.");
        try
        {
            var workflow = (await client(claims.Namespace, context.RequestAborted)).GetWorkflowHandle(claims.WorkflowId, claims.RunId);
            if (await FindAsync(workflow, claims, context) is { } approval)
                await then(workflow, approval);
            else
                await NotThereAsync();
        }
        catch (RpcException exception) when (exception.Code is RpcException.StatusCode.NotFound)
        {
            await NotThereAsync();
        }
        catch (Exception exception) when (exception is RpcException or WorkflowUpdateRpcTimeoutOrCanceledException or WorkflowQueryFailedException or JsonException)
        {
            if (context.RequestAborted.IsCancellationRequested)
                return;

            LogNotAnswered(logger, exception, claims.ApprovalId, claims.WorkflowId);
            await PageAsync(context, StatusCodes.Status503ServiceUnavailable, ApprovalLinkPage.Message(
                "No answer just now", "The request is safe and waits. If you have just decided, it may still be recorded: open the link again in a minute and look."));
        }

        Task NotThereAsync() => PageAsync(context, StatusCodes.Status404NotFound, ApprovalLinkPage.Message(
            "This request is gone", "The workflow that asked does not exist any more. Nothing can be decided."));
    }

    private static async Task<ApprovalView?> FindAsync(WorkflowHandle workflow, ApprovalLinkClaims claims, HttpContext context) =>
        (await workflow.QueryAsync<IReadOnlyList<ApprovalView>>(ApprovalNames.ListQuery, [], new() { Rpc = Rpc(context, AnswerLimit) }))
            .FirstOrDefault(view => view.Id == claims.ApprovalId);

    /// <summary>What was sent, if the page sent it.</summary>
    private async Task<IFormCollection?> FormAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType)
            return null;

        if (context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = LargestFormBytes;
        try
        {
            return await antiforgery.IsRequestValidAsync(context) ? await context.Request.ReadFormAsync(context.RequestAborted) : null;
        }
        catch (Exception exception) when (exception is BadHttpRequestException or InvalidDataException or AntiforgeryValidationException)
        {
            return null;
        }
    }

    // The same decision sent again, by a double click or a replay, is the same update.
    private static string UpdateId(string token, ApprovalDecisionRequest request) => "link-" + Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize<string?[]>([token, request.Verdict, request.Content, request.Comment]))).AsSpan(0, 16));

    private static RpcOptions Rpc(HttpContext context, TimeSpan limit) => new() { CancellationToken = context.RequestAborted, Timeout = limit, Retry = false };

    private static async Task PageAsync(HttpContext context, int status, string page)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        var headers = response.Headers;
        headers.ContentSecurityPolicy = ApprovalLinkPage.ContentSecurityPolicy;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["X-Robots-Tag"] = "noindex, nofollow";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        await response.WriteAsync(page, context.RequestAborted);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Approval {ApprovalId} of {WorkflowId}: {Verdict} by {Person}, by a link")]
    private static partial void LogDecided(ILogger logger, string approvalId, string workflowId, string verdict, string person);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A link to approval {ApprovalId} of {WorkflowId} was opened, and its workflow did not answer")]
    private static partial void LogNotAnswered(ILogger logger, Exception failure, string approvalId, string workflowId);
}
