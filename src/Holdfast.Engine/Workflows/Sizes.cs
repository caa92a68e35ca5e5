using Google.Protobuf;

namespace Holdfast.Engine.Workflows;

/// <summary>How large what callers send may be.</summary>
internal static class Sizes
{
    /// <summary>What is wrong with a payload's size, or null.</summary>
    public static string? Problem(IMessage? payload, EngineLimits limits)
    {
        var size = payload?.CalculateSize() ?? 0;
        return size > limits.BlobSizeError && size > limits.BlobSizeWarn
            ? $"size of {size} bytes exceeds the limit of {limits.BlobSizeError} bytes."
            : null;
    }

    public static Refusal? Check(IMessage? payload, EngineLimits limits, string field) =>
        Problem(payload, limits) is { } problem ? Refusal.InvalidArgument($"Blob data size exceeds limit. {field}: {problem}") : null;
}
