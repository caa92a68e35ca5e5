using Microsoft.AspNetCore.Http;

namespace Holdfast.Tests.StandIns;

/// <summary>How the stand-in answers a request.</summary>
internal sealed class StandInReply(Func<HttpContext, Task> send)
{
    public Task SendAsync(HttpContext context) => send(context);

    public static StandInReply Json(int status, string body, params (string Name, string Value)[] headers) => Text(status, "application/json", body, headers);

    public static StandInReply Text(int status, string contentType, string body, params (string Name, string Value)[] headers) => new(async context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        foreach (var (name, value) in headers)
            context.Response.Headers[name] = value;
        await context.Response.WriteAsync(body, context.RequestAborted);
    });

    /// <summary>Server-sent events, each as it stands in the script.</summary>
    public static StandInReply Events(IEnumerable<string> events) => new(async context =>
    {
        if (!context.Response.HasStarted)
            context.Response.ContentType = "text/event-stream";
        foreach (var text in events)
        {
            await context.Response.WriteAsync(text, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    });

    /// <summary>Closes the connection without an answer.</summary>
    public static StandInReply HangUp() => new(context =>
    {
        context.Abort();
        return Task.CompletedTask;
    });

    /// <summary>Says nothing, until the caller goes away.</summary>
    public static StandInReply Silence() => new(context => Task.Delay(Timeout.Infinite, context.RequestAborted));

    /// <summary>This answer, once the test opens the gate.</summary>
    public StandInReply After(Task gate) => new(async context =>
    {
        await gate.WaitAsync(context.RequestAborted);
        await SendAsync(context);
    });

    /// <summary>The rest of an answer, once the test opens the gate.</summary>
    public StandInReply Then(Task gate, StandInReply rest) => new(async context =>
    {
        await SendAsync(context);
        await gate.WaitAsync(context.RequestAborted);
        await rest.SendAsync(context);
    });

    /// <summary>And then the connection breaks.</summary>
    public StandInReply ThenHangUp() => new(async context =>
    {
        await SendAsync(context);
        context.Abort();
    });
}
