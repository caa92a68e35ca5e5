using System.Text.Json.Serialization;

namespace Holdfast.Storage.Sqlite;

[JsonSerializable(typeof(Dictionary<string, int>))]
[JsonSerializable(typeof(string))]
internal sealed partial class StoredJson : JsonSerializerContext;
