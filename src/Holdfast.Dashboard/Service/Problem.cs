using Grpc.Core;

namespace Holdfast.Dashboard.Service;

/// <summary>Why something could not be shown or done, and what a person can do about it.</summary>
/// <param name="Title">What is wrong, in a few words.</param>
/// <param name="Detail">What was found, with the server's own words where it gave any.</param>
/// <param name="Advice">What to do now; null where nothing but trying again helps.</param>
public sealed record Problem(string Title, string Detail, string? Advice = null)
{
    internal static Problem From(RpcException error, string target) => error.StatusCode switch
    {
        StatusCode.Unavailable => new(
            "The server does not answer",
            $"Nothing answers gRPC calls at {target}.",
            "Start it with \"holdfast server start-dev\", or correct the dashboard's target. This page tries again by itself."),
        StatusCode.DeadlineExceeded => new(
            "The server took too long", $"No answer from {target} in time.", "This page tries again by itself."),
        StatusCode.NotFound when error.Status.Detail.StartsWith("Namespace", StringComparison.OrdinalIgnoreCase) => new(
            "This namespace does not exist", error.Status.Detail, "Choose another namespace at the top of the page."),
        StatusCode.NotFound => new("Not found", error.Status.Detail),
        StatusCode.InvalidArgument when error.Status.Detail.StartsWith("invalid query", StringComparison.OrdinalIgnoreCase) => new(
            "The filter is not valid",
            error.Status.Detail,
            """An example: WorkflowType = "Order" AND StartTime > "2026-01-01T00:00:00Z" AND CustomerId IN ("a", "b")."""),
        StatusCode.InvalidArgument => new("The server refused the request", error.Status.Detail),
        StatusCode.Unimplemented => new(
            "The server does not offer this", error.Status.Detail, "It may be older than this dashboard."),
        StatusCode.PermissionDenied or StatusCode.Unauthenticated => new(
            "Not allowed", error.Status.Detail, "The server wants credentials that this dashboard does not have."),
        _ => new($"The server answered {error.StatusCode}", error.Status.Detail),
    };
}
