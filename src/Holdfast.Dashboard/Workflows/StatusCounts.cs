using System.Text.Json;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Dashboard.Workflows;

/// <summary>Reads the groups of a count that was grouped by <c>ExecutionStatus</c>.</summary>
internal static class StatusCounts
{
    public static IReadOnlyDictionary<WorkflowExecutionStatus, long> From(CountWorkflowExecutionsResponse response)
    {
        var counts = new Dictionary<WorkflowExecutionStatus, long>();
        foreach (var group in response.Groups)
        {
            if (group.GroupValues.Count == 1 && StatusOf(group.GroupValues[0].Data.Span) is { } status)
                counts[status] = group.Count;
        }

        return counts;
    }

    private static WorkflowExecutionStatus? StatusOf(ReadOnlySpan<byte> json)
    {
        try
        {
            return Enum.TryParse<WorkflowExecutionStatus>(JsonSerializer.Deserialize<string>(json), out var status) ? status : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
