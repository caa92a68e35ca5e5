namespace Holdfast.Benchmarks.Report;

/// <summary>What one scenario at one level gave. Null where it could not be measured.</summary>
internal sealed record ScenarioFigures
{
    public required string Scenario { get; init; }

    public required int InFlight { get; init; }

    public required int Workflows { get; init; }

    public required double Seconds { get; init; }

    public required double WorkflowsPerSecond { get; init; }

    public required LatencyFigures LatencyMs { get; init; }

    public required double? ServerCpuMsPerWorkflow { get; init; }

    public required double ClientCpuMsPerWorkflow { get; init; }

    public required double? ResidentMegabytes { get; init; }

    public required double? PeakResidentMegabytes { get; init; }

    /// <summary>What the data folder grew by for each workflow, warm-up included, after a clean stop.</summary>
    public required double? DiskBytesPerWorkflow { get; init; }

    /// <summary>How often the disk was flushed for each workflow.</summary>
    public required double? FlushesPerWorkflow { get; init; }

    /// <summary>Answered calls for each workflow, polls that came back empty not counted.</summary>
    public required double CallsPerWorkflow { get; init; }

    public required IReadOnlyDictionary<string, double> CallsPerWorkflowByMethod { get; init; }

    /// <summary>Workflow tasks that missed the worker's cache; more than a few means that stickiness does not work.</summary>
    public required long Replays { get; init; }
}
