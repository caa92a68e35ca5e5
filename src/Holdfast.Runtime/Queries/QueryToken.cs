using System.Text;
using Google.Protobuf;

namespace Holdfast.Runtime.Queries;

/// <summary>What a worker brings back with the answer to a query that came as a task of its own. It names the query, not the run: nothing is stored of it.</summary>
internal static class QueryToken
{
    // First byte, told apart from the tokens of tasks (form 1).
    private const byte Form = 2;

    public static ByteString Of(string queryId) => ByteString.CopyFrom([Form, .. Encoding.UTF8.GetBytes(queryId)]);

    /// <summary>The query's id, or null for foreign bytes.</summary>
    public static string? Parse(ByteString token) => token.Length > 1 && token[0] == Form ? Encoding.UTF8.GetString(token.Span[1..]) : null;
}
