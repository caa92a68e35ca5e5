using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Holdfast.AI.Secrets;
using Holdfast.AI.Text;

namespace Holdfast.AI.Models;

/// <summary>
/// Notes of the responses to one call what the SDKs' exceptions and answers do not carry: the request's id, and how long the provider asks to wait.
/// </summary>
/// <param name="handler">What sends the requests; null: what all calls share.</param>
internal sealed partial class ResponseNotes(TimeProvider time, HttpMessageHandler? handler = null) : DelegatingHandler(handler ?? Shared)
{
    // One for the process: connections are worth keeping, and carry no key of their own.
    private static readonly SocketsHttpHandler Shared = new()
    {
        // A redirect would take the key along to another host.
        AllowAutoRedirect = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    };

    private const int MaxRequestId = 200;

    public TimeSpan? RetryAfter { get; private set; }

    public string? RequestId { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        // It goes into histories, and a tenant's own endpoint may say what it likes.
        RequestId = (Header(response, "request-id") ?? Header(response, "x-request-id")) is { } id ? PlainText.CleanLine(Redaction.Clean(id), MaxRequestId) : null;
        RetryAfter = response.IsSuccessStatusCode ? null : Wait(response);
        return response;
    }

    private TimeSpan? Wait(HttpResponseMessage response)
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
            Consider(Header(response, $"anthropic-ratelimit-{bucket}-remaining"), Header(response, $"anthropic-ratelimit-{bucket}-reset"));
            Consider(Header(response, $"x-ratelimit-remaining-{bucket}"), Header(response, $"x-ratelimit-reset-{bucket}"));
        }

        return earliest;

        void Consider(string? remaining, string? reset)
        {
            if (remaining is "0" && reset is not null && Reset(reset) is { } wait && (earliest is null || wait < earliest))
                earliest = wait;
        }
    }

    // Anthropic gives an instant (RFC 3339), OpenAI a duration: 120ms, 1s, 6m0s, 1h0m0s.
    private TimeSpan? Reset(string text)
    {
        if (Duration().Match(text) is { Success: true } match)
        {
            double Part(string name) => match.Groups[name] is { Success: true } part ? double.Parse(part.Value, CultureInfo.InvariantCulture) : 0;
            return TimeSpan.FromHours(Part("h")) + TimeSpan.FromMinutes(Part("m")) + TimeSpan.FromSeconds(Part("s")) + TimeSpan.FromMilliseconds(Part("ms"));
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? Until(at) : null;
    }

    private TimeSpan? Until(DateTimeOffset? at) =>
        at is not { } then ? null : then <= time.GetUtcNow() ? TimeSpan.Zero : then - time.GetUtcNow();

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    [GeneratedRegex(@"\A(?=\d)((?<h>\d{1,4})h)?((?<m>\d{1,4})m(?!s))?((?<s>\d{1,6}(\.\d{1,9})?)s)?((?<ms>\d{1,9}(\.\d{1,9})?)ms)?\z")]
    private static partial Regex Duration();
}
