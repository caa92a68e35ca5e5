using System.Collections.Concurrent;
using System.Text.Json;
using Holdfast.AI.Tracing.Outbox;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.AI.Tracing.Prompts;

/// <summary>
/// The prompts of a Langfuse project, by label. One that was fetched is served from memory: for a minute as it is, then once more while it is fetched
/// anew in the background, so that nobody waits for Langfuse twice. In a workflow use <see cref="DurablePrompts"/>.
/// </summary>
public sealed partial class LangfusePrompts
{
    public const string DefaultLabel = "production";

    internal static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    // Names come from code. Forgetting all at once costs a few questions and needs no bookkeeping.
    private const int MaxKnown = 1_000;

    private readonly ConcurrentDictionary<(string Name, string Label), Cached> known = new();
    private readonly LangfuseClient langfuse;
    private readonly TimeProvider time;
    private readonly ILogger logger;

    internal LangfusePrompts(LangfuseClient langfuse, TimeProvider time, ILogger<LangfusePrompts>? logger = null)
    {
        this.langfuse = langfuse;
        this.time = time;
        this.logger = logger ?? NullLogger<LangfusePrompts>.Instance;
    }

    /// <summary>The last fetch in the background.</summary>
    internal Task Refreshing { get; private set; } = Task.CompletedTask;

    /// <param name="fallback">The text to use where Langfuse cannot be asked or has no such prompt; null: that is an error.</param>
    /// <exception cref="PromptNotFoundException">There is none, and no fallback.</exception>
    /// <exception cref="HttpRequestException">Langfuse cannot be asked, the prompt was never fetched before, and there is no fallback.</exception>
    public async Task<LangfusePrompt> GetAsync(string name, string label = DefaultLabel, string? fallback = null, CancellationToken cancellationToken = default)
    {
        if (known.TryGetValue((name, label), out var cached))
        {
            if (time.GetElapsedTime(cached.FetchedAt) >= Fresh && cached.BeginRefresh())
                Refreshing = RefreshAsync(name, label, cached);
            return cached.Prompt;
        }

        try
        {
            return await FetchAsync(name, label, cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or PromptNotFoundException && fallback is not null)
        {
            LogFallback(logger, name, exception.Message);
            return new() { Name = name, Messages = [new("system", fallback)] };
        }
    }

    private async Task<LangfusePrompt> FetchAsync(string name, string label, CancellationToken cancellationToken)
    {
        var answer = await langfuse.GetAsync($"api/public/v2/prompts/{Uri.EscapeDataString(name)}?label={Uri.EscapeDataString(label)}", cancellationToken)
            ?? throw new PromptNotFoundException($"Langfuse has no prompt \"{name}\" with the label \"{label}\".");
        var prompt = Read(name, answer);
        if (known.Count >= MaxKnown)
            known.Clear();
        known[(name, label)] = new(prompt, time.GetTimestamp());
        return prompt;
    }

    private async Task RefreshAsync(string name, string label, Cached cached)
    {
        try
        {
            await FetchAsync(name, label, CancellationToken.None);
        }
        catch (Exception exception) when (exception is HttpRequestException or PromptNotFoundException)
        {
            // The one that is known serves on, and the next to ask after a minute tries again.
            LogStale(logger, name, exception.Message);
            known.TryUpdate((name, label), new(cached.Prompt, time.GetTimestamp()), cached);
        }
    }

    private static LangfusePrompt Read(string name, JsonElement answer)
    {
        try
        {
            var prompt = answer.GetProperty("prompt");
            return new()
            {
                Name = name,
                Version = answer.GetProperty("version").GetInt32(),
                Messages = prompt.ValueKind == JsonValueKind.String
                    ? [new("system", prompt.GetString()!)]
                    // A placeholder for messages that are put in elsewhere has no text.
                    : [.. prompt.EnumerateArray().Where(message => message.TryGetProperty("content", out _))
                        .Select(message => new PromptMessage(message.GetProperty("role").GetString()!, message.GetProperty("content").GetString()!))],
            };
        }
        catch (Exception exception) when (exception is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new HttpRequestException($"Langfuse's prompt \"{name}\" cannot be read.", exception);
        }
    }

    private sealed class Cached(LangfusePrompt prompt, long fetchedAt)
    {
        private int refreshing;

        public LangfusePrompt Prompt => prompt;

        public long FetchedAt => fetchedAt;

        public bool BeginRefresh() => Interlocked.Exchange(ref refreshing, 1) == 0;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The prompt {Prompt} cannot be taken from Langfuse; its fallback is used: {Problem}")]
    private static partial void LogFallback(ILogger logger, string prompt, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The prompt {Prompt} cannot be fetched anew from Langfuse; the version that is known serves on: {Problem}")]
    private static partial void LogStale(ILogger logger, string prompt, string problem);
}
