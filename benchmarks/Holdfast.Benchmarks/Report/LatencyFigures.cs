namespace Holdfast.Benchmarks.Report;

/// <summary>Milliseconds from before a workflow's start until the client saw it closed, or from before a call until its answer.</summary>
internal sealed record LatencyFigures(double P50, double P95, double P99, double Max)
{
    public static LatencyFigures Of(double[] milliseconds)
    {
        var sorted = milliseconds.Order().ToArray();
        return new(At(0.50), At(0.95), At(0.99), Math.Round(sorted[^1], 2));

        double At(double share) => Math.Round(sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))], 2);
    }
}
