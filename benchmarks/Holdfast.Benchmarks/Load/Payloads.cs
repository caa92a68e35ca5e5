using Google.Protobuf;
using Temporalio.Api.Common.V1;

namespace Holdfast.Benchmarks.Load;

/// <summary>Payloads as an SDK's default converter makes them: <c>json/plain</c>, one string of e-mail prose.</summary>
internal static class Payloads
{
    // Making text costs more than the whole rest of a call here, so it is made before, and texts come round again after this many of a size.
    private const int TextsOfASize = 4_096;

    private static readonly ByteString JsonPlain = ByteString.CopyFromUtf8("json/plain");
    private static readonly byte[] ShortText = Prose.Json(3, CallScenario.InputBytes);
    private static readonly byte[][] Inputs = MakeTexts(Scenario.InputBytes, 1);
    private static readonly byte[][] Outputs = MakeTexts(Scenario.OutputBytes, 2);
    private static int _next;

    /// <summary>The mail that a workflow is about: the same for each of its steps.</summary>
    public static Temporalio.Api.Common.V1.Payloads Mail(string workflowId)
    {
        var hash = 2166136261u;
        foreach (var character in workflowId)
            hash = (hash ^ character) * 16777619;
        return Of(Inputs[hash % TextsOfASize]);
    }

    /// <summary>What a step answers: another text each time.</summary>
    public static Temporalio.Api.Common.V1.Payloads Output() => Of(Outputs[(uint)Interlocked.Increment(ref _next) % TextsOfASize]);

    /// <summary>What comes with a signal or an update.</summary>
    public static Temporalio.Api.Common.V1.Payloads Short() => Of(ShortText);

    private static Temporalio.Api.Common.V1.Payloads Of(byte[] data) =>
        new() { Payloads_ = { new Payload { Metadata = { ["encoding"] = JsonPlain }, Data = UnsafeByteOperations.UnsafeWrap(data) } } };

    private static byte[][] MakeTexts(int bytes, int kind)
    {
        var texts = new byte[TextsOfASize][];
        for (var i = 0; i < texts.Length; i++)
            texts[i] = Prose.Json((i * 2) + kind, bytes);
        return texts;
    }
}
