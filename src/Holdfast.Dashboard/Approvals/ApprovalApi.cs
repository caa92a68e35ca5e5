using System.Text.Json;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Dashboard.Approvals;

/// <summary>
/// Approvals for front ends other than the dashboard: a list over all namespaces, one request, a decision. The dashboard's guard stands
/// before it, so a page of another site cannot reach it; programs can, as they can reach the dashboard.
/// </summary>
internal static class ApprovalApi
{
    private const string Root = "/api/approvals";

    // A text of the longest length that the convention allows, in any script, as JSON.
    private const int LargestBodyBytes = 2 * 1024 * 1024;
    private const string NotSaid = "invalid";

    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder app)
    {
        var group = app.MapGroup(Root);
        group.MapGet("", ListAsync);
        // The ids may hold slashes. Routing leaves an escaped one as it is, so the path is taken apart by hand.
        group.MapGet("/{**path}", ShowAsync);
        group.MapPost("/{**path}", DecideAsync).WithMetadata(new BodyLimit());
        return group;
    }

    private static async Task<IResult> ListAsync(HttpContext context, ApprovalClient approvals)
    {
        var ns = context.Request.Query["namespace"].ToString();
        var person = context.Request.Query["assignee"].ToString();
        return await AnswerAsync(async () =>
        {
            var waiting = ns.Length > 0 ? await approvals.ListAsync(ns, context.RequestAborted) : await approvals.ListEverywhereAsync(context.RequestAborted);
            var listed = waiting
                .Where(one => ApprovalPeople.SignedIn(context.User) is not { } me || ApprovalPeople.IsFor(one.Assignees, me, approvals.GroupsOf(me)))
                .Where(one => person.Length == 0 || ApprovalPeople.IsFor(one.Assignees, person, approvals.GroupsOf(person)))
                .Select(one => new ListedApproval(
                    one.Namespace, one.WorkflowId, one.RunId, one.ApprovalId, one.Subject, one.From, one.RequestedAt, one.ExpiresAt, one.Assignees, one.Quorum,
                    one.ApprovalId is { } id ? $"{context.Request.PathBase}{Root}/{string.Join('/', new[] { one.Namespace, one.WorkflowId, one.RunId, id }.Select(Uri.EscapeDataString))}" : null));
            return Results.Json(new([.. listed]), ApprovalJson.Default.Inbox);
        });
    }

    private static Task<IResult> ShowAsync(HttpContext context, ApprovalClient approvals) => PathOf(context) is [var ns, var workflowId, var runId, var id]
        ? AnswerAsync(async () => await FindAsync(approvals, ns, workflowId, runId, id, context.RequestAborted) is { } approval
            // Where people sign in, what is not theirs is not there.
            && (ApprovalPeople.SignedIn(context.User) is not { } me || ApprovalPeople.IsFor(approval.Assignees, me, approvals.GroupsOf(me)))
            ? Results.Json(ApprovalAnswers.Whole.Of(ns, workflowId, runId, approval), ApprovalJson.Default.Whole)
            : Refused(StatusCodes.Status404NotFound, "unknown", $"There is no approval {id} here."))
        : Task.FromResult(NoSuchAddress());

    private static async Task<IResult> DecideAsync(HttpContext context, ApprovalClient approvals, TimeProvider time)
    {
        if (PathOf(context) is not [var ns, var workflowId, var runId, var id, "decision"])
            return NoSuchAddress();

        // A form of another site can be posted without asking first; JSON cannot.
        if (!context.Request.HasJsonContentType())
            return Refused(StatusCodes.Status415UnsupportedMediaType, NotSaid, "Send the decision as application/json.");

        ApprovalAnswers.Decision? decision;
        try
        {
            decision = await JsonSerializer.DeserializeAsync(context.Request.Body, ApprovalJson.Default.Decision, context.RequestAborted);
        }
        catch (JsonException exception)
        {
            return Refused(StatusCodes.Status400BadRequest, NotSaid, $"The body is not the JSON of a decision: {exception.Message}");
        }
        catch (BadHttpRequestException exception)
        {
            return Refused(exception.StatusCode, NotSaid, exception.Message);
        }

        // Where the host asks people to sign in, nobody decides under another name.
        var signedIn = ApprovalPeople.SignedIn(context.User);
        var by = decision?.By ?? signedIn;
        if (decision?.Verdict is not ("approve" or "reject"))
            return Refused(StatusCodes.Status400BadRequest, NotSaid, "verdict must be approve or reject.");
        if (string.IsNullOrWhiteSpace(by))
            return Refused(StatusCodes.Status400BadRequest, NotSaid, "by is missing: say who decides.");
        if (signedIn is not null && !by.Equals(signedIn, StringComparison.OrdinalIgnoreCase))
            return Refused(StatusCodes.Status403Forbidden, "not_allowed", $"You are signed in as {signedIn} and cannot decide as {by}.");

        var request = new DecideRequest(id, decision.Verdict, decision.Content, by, decision.Comment, decision.ContentHash);
        var updateId = string.IsNullOrWhiteSpace(decision.DecisionId) ? Guid.CreateVersion7(time.GetUtcNow()).ToString() : decision.DecisionId;
        return await AnswerAsync(async () => await approvals.DecideAsync(ns, workflowId, runId, updateId, request, context.RequestAborted) switch
        {
            DecisionResult.Recorded(var approval) => (approval ?? await FindAsync(approvals, ns, workflowId, runId, id, context.RequestAborted)) is { } now
                ? Results.Json(ApprovalAnswers.Whole.Of(ns, workflowId, runId, now), ApprovalJson.Default.Whole)
                : Results.NoContent(),
            DecisionResult.Refused(var reason, var type) => Refused(
                type switch
                {
                    ApprovalConvention.Unknown => StatusCodes.Status404NotFound,
                    ApprovalConvention.InvalidDecision => StatusCodes.Status400BadRequest,
                    ApprovalConvention.NotAllowed => StatusCodes.Status403Forbidden,
                    _ => StatusCodes.Status409Conflict,
                },
                type switch
                {
                    ApprovalConvention.Unknown => "unknown",
                    ApprovalConvention.InvalidDecision => NotSaid,
                    ApprovalConvention.NotAllowed => "not_allowed",
                    ApprovalConvention.ContentChanged => "content_changed",
                    _ => "already_decided",
                },
                reason),
            _ => Refused(
                StatusCodes.Status504GatewayTimeout, "unconfirmed", "No worker took the decision in time. It may still be recorded; send it again with the same decisionId."),
        });
    }

    private static async Task<Approval?> FindAsync(ApprovalClient approvals, string ns, string workflowId, string runId, string id, CancellationToken cancellation) =>
        (await approvals.LoadAsync(ns, workflowId, runId, cancellation)).FirstOrDefault(one => one.Id == id);

    private static async Task<IResult> AnswerAsync(Func<Task<IResult>> answer)
    {
        try
        {
            return await answer();
        }
        catch (RpcException exception)
        {
            var (status, error) = exception.StatusCode switch
            {
                StatusCode.NotFound => (StatusCodes.Status404NotFound, "unknown"),
                StatusCode.InvalidArgument => (StatusCodes.Status400BadRequest, NotSaid),
                StatusCode.PermissionDenied or StatusCode.Unauthenticated => (StatusCodes.Status403Forbidden, "not_allowed"),
                StatusCode.FailedPrecondition or StatusCode.DeadlineExceeded => (StatusCodes.Status503ServiceUnavailable, "no_worker"),
                StatusCode.Unavailable => (StatusCodes.Status503ServiceUnavailable, "no_server"),
                _ => (StatusCodes.Status502BadGateway, "failed"),
            };
            return Refused(status, error, exception.Status.Detail);
        }
        catch (JsonException exception)
        {
            return Refused(StatusCodes.Status502BadGateway, "failed", $"The workflow's answer makes no sense: {exception.Message}");
        }
    }

    // Escaped slashes and all: what a client escaped is what it meant. "…/a%2Fb/…" has the id "a/b".
    private static string[]? PathOf(HttpContext context)
    {
        var raw = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        var path = raw.AsSpan(0, raw.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query ? query : raw.Length).ToString();
        var start = path.IndexOf(Root + "/", StringComparison.OrdinalIgnoreCase);
        return start < 0 ? null : [.. path[(start + Root.Length + 1)..].Split('/').Select(Uri.UnescapeDataString)];
    }

    private static IResult NoSuchAddress() => Refused(
        StatusCodes.Status404NotFound, "unknown", $"Expected is {Root}/NAMESPACE/WORKFLOW/RUN/APPROVAL, each of them escaped, and /decision to decide.");

    private static IResult Refused(int status, string error, string message) =>
        Results.Json(new(error, message), ApprovalJson.Default.Refusal, statusCode: status);

    private sealed class BodyLimit : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => LargestBodyBytes;
    }
}
