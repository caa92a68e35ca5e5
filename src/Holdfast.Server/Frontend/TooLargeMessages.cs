using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Holdfast.Server.Frontend;

/// <summary>
/// Rewords the status of requests that are too large. SDKs do not try such a request again, but fail the workflow task that made it; they
/// recognise it by the words of the Go server alone.
/// </summary>
internal static class TooLargeMessages
{
    private const string StatusHeader = "grpc-status";
    private const string MessageHeader = "grpc-message";
    private const string ResourceExhausted = "8";
    private const string KestrelWords = "Received message exceeds";

    public static RequestDelegate Reword(RequestDelegate next) => async context =>
    {
        await next(context);

        // Without a body the status is among the headers, otherwise among the trailers.
        if (!context.Response.HasStarted)
            Reword(context.Response.Headers, context.Request);
        else if (context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers is { IsReadOnly: false } trailers)
            Reword(trailers, context.Request);
    };

    private static void Reword(IHeaderDictionary status, HttpRequest request)
    {
        if (status[StatusHeader] != ResourceExhausted || !status[MessageHeader].ToString().StartsWith(KestrelWords, StringComparison.Ordinal))
            return;

        var size = request.ContentLength is { } length ? $"{length - 5}" : "unknown";
        status[MessageHeader] = $"grpc: received message larger than max ({size} vs. {HoldfastServerExtensions.LargestMessageBytes})";
    }
}
