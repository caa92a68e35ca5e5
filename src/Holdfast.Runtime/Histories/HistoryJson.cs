using Google.Protobuf;
using Temporalio.Api.History.V1;

namespace Holdfast.Runtime.Histories;

/// <summary>
/// Histories as the protobuf JSON that SDKs' replayers read and that <c>temporal workflow show --output json</c> writes. Fields that this program's
/// protocol version does not know are lost in it, which is why a history in the store is never kept so.
/// </summary>
public static class HistoryJson
{
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithIndentation());

    // What another version of the protocol has to say beside is no reason to refuse the rest.
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    public static string Write(HistorySlice history)
    {
        var message = new History();
        for (var i = 0; i < history.Count; i++)
            message.Events.Add(HistoryEvent.Parser.ParseFrom(history[i]));
        return Formatter.Format(message);
    }

    /// <exception cref="HistoryImportException">It is no history.</exception>
    public static History Parse(string json)
    {
        try
        {
            return Parser.Parse<History>(json);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidJsonException or InvalidOperationException)
        {
            throw new HistoryImportException($"It is no history in protobuf JSON: {e.Message}", e);
        }
    }
}
