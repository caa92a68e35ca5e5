using System.Text.Json.Nodes;

namespace Holdfast.Tests.StandIns;

/// <summary>A request that the stand-in got.</summary>
/// <param name="Number">Counted from 1.</param>
internal sealed record StandInRequest(int Number, string Path, IReadOnlyDictionary<string, string> Headers, JsonNode Body)
{
    public bool Streamed => Body["stream"]?.GetValue<bool>() is true;
}
