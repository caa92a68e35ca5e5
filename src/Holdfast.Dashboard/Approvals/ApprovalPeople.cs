using System.Security.Claims;

namespace Holdfast.Dashboard.Approvals;

/// <summary>Whose approval it is, by name or by group.</summary>
internal static class ApprovalPeople
{
    private const string GroupPrefix = "group:";

    /// <summary>The name that a person is signed in under; null where nobody is.</summary>
    public static string? SignedIn(ClaimsPrincipal user) => user.Identity is { IsAuthenticated: true, Name: { Length: > 0 } name } ? name : null;

    /// <summary>Whether this person may decide what is assigned so. What is assigned to nobody is everybody's.</summary>
    public static bool IsFor(IReadOnlyList<string> assignees, string person, IReadOnlyList<string> groups) =>
        assignees.Count == 0
        || assignees.Any(assignee => assignee.StartsWith(GroupPrefix, StringComparison.OrdinalIgnoreCase)
            ? groups.Contains(assignee[GroupPrefix.Length..], StringComparer.OrdinalIgnoreCase)
            : assignee.Equals(person, StringComparison.OrdinalIgnoreCase));
}
