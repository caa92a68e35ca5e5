using System.Globalization;
using Google.Protobuf;
using Temporalio.Api.Common.V1;

namespace Holdfast.Simulation.Workers;

/// <summary>Payloads that hold a few numbers.</summary>
internal static class Said
{
    public static Payloads Numbers(params int[] numbers) =>
        new() { Payloads_ = { new Payload { Data = ByteString.CopyFromUtf8(string.Join(' ', numbers)) } } };

    public static int[] Numbers(Payloads? payloads) => payloads is { Payloads_.Count: > 0 }
        ? [.. payloads.Payloads_[0].Data.ToStringUtf8().Split(' ').Select(number => int.Parse(number, CultureInfo.InvariantCulture))]
        : [];

    public static string Name(string kind, int first, int second = 0) => string.Create(CultureInfo.InvariantCulture, $"{kind}{first}.{second}");
}
