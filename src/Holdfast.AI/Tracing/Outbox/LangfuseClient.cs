using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Holdfast.AI.Text;

namespace Holdfast.AI.Tracing.Outbox;

/// <summary>Langfuse's HTTP interface, as far as it is used.</summary>
/// <param name="limit">The longest wait for an answer.</param>
internal sealed class LangfuseClient(HttpClient http, LangfuseProject project, TimeSpan limit, TimeProvider time)
{
    private const int MaxProblemLength = 300;

    // Without it, data shows up to ten minutes late.
    private const string IngestionVersion = "4";

    private readonly AuthenticationHeaderValue authorization =
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{project.PublicKey}:{project.SecretKey}")));

    /// <summary>Of Langfuse.</summary>
    public Uri Address => project.BaseUrl;

    /// <summary>Sends a batch. Whatever comes of it is an answer and no exception, unless the caller cancels.</summary>
    public async Task<LangfuseAnswer> SendAsync(ExportBatch batch, CancellationToken cancellationToken)
    {
        // Spans have no other way than OTLP, and scores no other way that keeps their time than the older interface.
        var path = batch.Kind is ItemKind.Span ? "api/public/otel/v1/traces" : "api/public/ingestion";
        using var request = new HttpRequestMessage(HttpMethod.Post, AddressOf(path)) { Content = new ByteArrayContent(batch.Body) };
        request.Content.Headers.ContentType = new("application/json");
        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var response = await SendAsync(request, either.Token);
            // A span's 200 says nothing more; a score's 207 tells each by itself.
            var body = await response.Content.ReadAsStringAsync(either.Token);
            return (int)response.StatusCode switch
            {
                207 => EachOf(body),
                >= 200 and < 300 => new LangfuseAnswer.Taken(),
                400 or 413 or 422 => new LangfuseAnswer.Refused(Problem(response.StatusCode, body)),
                408 or 425 or 429 or >= 500 => new LangfuseAnswer.Later(Problem(response.StatusCode, body), RetryAfter(response)),
                _ => new LangfuseAnswer.NotAllowed(Problem(response.StatusCode, body)),
            };
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && exception is HttpRequestException or IOException or OperationCanceledException)
        {
            return new LangfuseAnswer.Later(exception is OperationCanceledException ? "Langfuse did not answer in time." : $"Langfuse cannot be reached: {exception.Message}", null);
        }
    }

    /// <summary>The JSON behind an address; null: there is none (404).</summary>
    /// <exception cref="HttpRequestException">It could not be read.</exception>
    public async Task<JsonElement?> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, AddressOf(path));
        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var response = await SendAsync(request, either.Token);
            if (response.StatusCode is HttpStatusCode.NotFound)
                return null;
            var body = await response.Content.ReadAsStringAsync(either.Token);
            return response.IsSuccessStatusCode
                ? JsonElement.Parse(body)
                : throw new HttpRequestException(Problem(response.StatusCode, body), null, response.StatusCode);
        }
        catch (JsonException exception)
        {
            throw new HttpRequestException("Langfuse's answer is not JSON.", exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException("Langfuse did not answer in time.", exception);
        }
    }

    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = authorization;
        request.Headers.Add("x-langfuse-ingestion-version", IngestionVersion);
        return http.SendAsync(request, cancellationToken);
    }

    private Uri AddressOf(string path) => new($"{project.BaseUrl.ToString().TrimEnd('/')}/{path}");

    private static LangfuseAnswer EachOf(string body)
    {
        try
        {
            var refused = new Dictionary<string, string>(StringComparer.Ordinal);
            var later = false;
            foreach (var error in JsonElement.Parse(body).GetProperty("errors").EnumerateArray())
            {
                var status = error.GetProperty("status").GetInt32();
                later |= status is 429 or >= 500;
                if (status is not (429 or >= 500))
                    refused[error.GetProperty("id").GetString() ?? ""] = PlainText.CleanLine($"{status}: {Text(error, "message")} {Text(error, "error")}", MaxProblemLength);
            }

            // A score is known by its id: what was taken may be told again.
            return later ? new LangfuseAnswer.Later("Langfuse could not take all scores.", null)
                : refused.Count > 0 ? new LangfuseAnswer.TakenInPart(refused)
                : new LangfuseAnswer.Taken();
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return new LangfuseAnswer.Later("Langfuse's answer could not be read.", null);
        }

        static string Text(JsonElement error, string name) => error.TryGetProperty(name, out var value) ? value.ToString() : "";
    }

    private static string Problem(HttpStatusCode status, string body) =>
        string.Create(CultureInfo.InvariantCulture, $"Langfuse answered {(int)status}: {PlainText.CleanLine(body, MaxProblemLength)}");

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter is { } after
        ? after.Delta ?? (after.Date is { } date && date > time.GetUtcNow() ? date - time.GetUtcNow() : TimeSpan.Zero)
        : null;
}
