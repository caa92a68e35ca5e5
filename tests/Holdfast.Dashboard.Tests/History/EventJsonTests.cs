using Holdfast.Dashboard.History;

namespace Holdfast.Dashboard.Tests.History;

public sealed class EventJsonTests
{
    [Fact]
    public void Payloads_are_readable_where_they_lie()
    {
        var history = new HandMadeHistory(DateTime.UnixEpoch);
        history.Signaled("grüßen", new { text = "<b>Grüße</b>" }, null);

        var json = EventJson.Of(history.Events[0]);

        Assert.Contains("\"signalName\": \"grüßen\"", json, StringComparison.Ordinal);
        Assert.Contains("\"text\": \"<b>Grüße</b>\"", json, StringComparison.Ordinal);
        Assert.Contains("\"data\": null", json, StringComparison.Ordinal);
    }
}
