namespace Holdfast.AI.Approvals;

/// <summary>What a request for approval must be like, so that it can be decided at all.</summary>
internal static class ApprovalRules
{
    public const int MostAssignees = 50;
    public const int LargestQuorum = 20;
    public const int MostSteps = 20;
    public const int LongestName = 200;
    private static readonly TimeSpan LongestStep = TimeSpan.FromDays(366);

    /// <summary>What is wrong with a request, or null.</summary>
    public static string? Problem(ApprovalRequest request, ApprovalTimes times)
    {
        if (request.Quorum is < 1 or > LargestQuorum)
            return $"quorum is {request.Quorum}; it must be 1 to {LargestQuorum}.";

        if (request.FourEyes && string.IsNullOrWhiteSpace(request.RequestedBy))
            return "fourEyes needs requestedBy: nobody can be kept from deciding who is not named.";

        string[] all = [.. request.Assignees, .. times.Steps.SelectMany(step => step.AssignTo)];
        if (all.Length > MostAssignees)
            return $"There are {all.Length} assignees; at most {MostAssignees} are allowed.";
        if (all.FirstOrDefault(name => string.IsNullOrWhiteSpace(name) || name.Length > LongestName || IsGroupWithoutName(name)) is { } bad)
            return $"\"{bad}\" cannot be assigned to: expected is a person, such as ada@shop.example, or {ApprovalNames.GroupPrefix}NAME.";
        if (TooFew(request, all))
            return $"quorum is {request.Quorum}, and fewer people than that may decide.";

        if (times.Steps.Count > MostSteps)
            return $"There are {times.Steps.Count} escalation steps; at most {MostSteps} are allowed.";
        if (times.Steps.Any(step => step.After <= TimeSpan.Zero || step.After > LongestStep))
            return $"An escalation step must come after more than nothing and at most {LongestStep.TotalDays:0} days.";

        return times.Hours?.Problem is { } problem ? $"The business hours cannot be used: {problem}" : null;
    }

    /// <summary>Whether two names mean the same person. Mail addresses come in any case.</summary>
    public static bool SamePerson(string a, string? b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    public static bool IsGroup(string assignee) => assignee.StartsWith(ApprovalNames.GroupPrefix, StringComparison.OrdinalIgnoreCase);

    private static bool IsGroupWithoutName(string name) =>
        IsGroup(name) && string.IsNullOrWhiteSpace(name[ApprovalNames.GroupPrefix.Length..]);

    private static bool TooFew(ApprovalRequest request, string[] all) =>
        request.Assignees.Count > 0
        && !all.Any(IsGroup)
        && all.Distinct(StringComparer.OrdinalIgnoreCase).Count(name => !request.FourEyes || !SamePerson(name, request.RequestedBy)) < request.Quorum;
}
