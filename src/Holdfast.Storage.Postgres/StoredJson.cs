using System.Text.Json.Serialization;

namespace Holdfast.Storage.Postgres;

[JsonSerializable(typeof(Dictionary<string, int>))]
internal sealed partial class StoredJson : JsonSerializerContext;
