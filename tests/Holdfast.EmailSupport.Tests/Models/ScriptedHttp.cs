using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Holdfast.EmailSupport.Tests.Models;

/// <summary>An HTTP server on a free port that answers every request as the test says.</summary>
internal sealed class ScriptedHttp : IAsyncDisposable
{
    private readonly WebApplication app;

    private ScriptedHttp(WebApplication app) => this.app = app;

    public Uri Address => new(app.Urls.First());

    public ConcurrentQueue<(string Path, string Authorization)> Requests { get; } = [];

    public static async Task<ScriptedHttp> StartAsync(Func<string, (int Status, string Body, (string Name, string Value)[] Headers)> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new ScriptedHttp(builder.Build());
        server.app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
            var (status, body, headers) = answer(await reader.ReadToEndAsync());
            server.Requests.Enqueue((context.Request.Path, context.Request.Headers.Authorization.ToString()));
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            foreach (var (name, value) in headers)
                context.Response.Headers[name] = value;
            await context.Response.WriteAsync(body);
        });
        await server.app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
