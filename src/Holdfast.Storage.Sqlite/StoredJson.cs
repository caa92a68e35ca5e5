using System.Text.Json.Serialization;

namespace Holdfast.Storage.Sqlite;

[JsonSerializable(typeof(Dictionary<string, int>))]
internal sealed partial class StoredJson : JsonSerializerContext;
