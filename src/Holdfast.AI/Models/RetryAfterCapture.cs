using System.Globalization;
using System.Net;

namespace Holdfast.AI.Models;

/// <summary>
/// Notes how long a failed response asks to wait. The SDK's exceptions carry no headers, so the header is handed to the
/// caller beside them, through the call's own context.
/// </summary>
internal sealed class RetryAfterCapture(TimeProvider time) : DelegatingHandler
{
    private static readonly AsyncLocal<Note?> Current = new();

    /// <summary>Starts a note for the calls made in this asynchronous flow.</summary>
    public static Note Begin() => Current.Value = new Note();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode && Current.Value is { } note)
            note.RetryAfter = Read(response);
        return response;
    }

    private TimeSpan? Read(HttpResponseMessage response)
    {
        if (Header(response, "retry-after-ms") is { } text
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var ms) && ms is >= 0 and < 1e9)
            return TimeSpan.FromMilliseconds(ms);

        if (response.Headers.RetryAfter is { } after)
            return after.Delta ?? Until(after.Date);

        return response.StatusCode is HttpStatusCode.TooManyRequests ? EarliestReset(response) : null;
    }

    // A 429 without retry-after: the bucket that is empty tells when it fills again.
    private TimeSpan? EarliestReset(HttpResponseMessage response)
    {
        TimeSpan? earliest = null;
        foreach (var bucket in (string[])["requests", "tokens", "input-tokens", "output-tokens"])
        {
            if (Header(response, $"anthropic-ratelimit-{bucket}-remaining") is "0"
                && DateTimeOffset.TryParse(
                    Header(response, $"anthropic-ratelimit-{bucket}-reset"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var reset)
                && Until(reset) is { } wait && (earliest is null || wait < earliest))
                earliest = wait;
        }

        return earliest;
    }

    private TimeSpan? Until(DateTimeOffset? at) =>
        at is not { } then ? null : then <= time.GetUtcNow() ? TimeSpan.Zero : then - time.GetUtcNow();

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    internal sealed class Note
    {
        public TimeSpan? RetryAfter { get; set; }
    }
}
