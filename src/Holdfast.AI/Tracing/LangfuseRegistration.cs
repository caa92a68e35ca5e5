using Holdfast.AI.Chat;
using Holdfast.AI.Database;
using Holdfast.AI.Tenants;
using Holdfast.AI.Tracing.Outbox;
using Holdfast.AI.Tracing.Prompts;
using Holdfast.AI.Tracing.Sources;
using Holdfast.AI.Tracing.Spans;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Temporalio.Worker;

namespace Holdfast.AI.Tracing;

/// <summary>Puts traces for Langfuse into a program.</summary>
public static class LangfuseRegistration
{
    /// <summary>
    /// Registers the export to Langfuse: a generation for each request to a model, spans for activities, tools, approvals and whole runs, scores for
    /// decisions. It needs the AI database (<see cref="AIDatabaseRegistration.AddAIDatabase"/>), in which spans wait until Langfuse has them.
    /// </summary>
    /// <exception cref="ArgumentException">A value cannot be used.</exception>
    public static IServiceCollection AddLangfuse(this IServiceCollection services, Action<LangfuseOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var options = new LangfuseOptions();
        configure(options);
        return services.AddLangfuse(options);
    }

    /// <inheritdoc cref="AddLangfuse(IServiceCollection, Action{LangfuseOptions})"/>
    public static IServiceCollection AddLangfuse(this IServiceCollection services, LangfuseOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<RunTenants>();
        services.AddSingleton(options);
        services.AddSingleton(provider => new SpanOutbox(provider.GetRequiredService<AIDatabase>()));
        services.AddSingleton(provider => new SpanEncoder(provider.GetRequiredService<LangfuseOptions>()));
        services.AddSingleton(provider => new LangfuseClient(
            Http(), new() { BaseUrl = options.BaseUrl, PublicKey = options.PublicKey, SecretKey = options.SecretKey }, options.Timeout, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new LangfusePrompts(
            provider.GetRequiredService<LangfuseClient>(), provider.GetRequiredService<TimeProvider>(), provider.GetService<ILogger<LangfusePrompts>>()));
        services.AddSingleton<PromptActivity>();
        services.AddSingleton<SpanWriter>();
        // The one of all last: it is the one that is meant where one is asked for.
        foreach (var (tenant, project) in options.TenantProjects)
            services.AddSingleton(provider => Exporter(provider, options, tenant, new(Http(), project, options.Timeout, provider.GetRequiredService<TimeProvider>())));
        services.AddSingleton(provider => Exporter(provider, options, "", provider.GetRequiredService<LangfuseClient>()));
        services.AddSingleton<ApprovalTrace>();
        services.AddSingleton<RunTracer>();
        services.AddSingleton<ActivityTracer>();
        services.AddSingleton<TracingInterceptor>();
        services.AddSingleton<TracingPlugin>();
        services.AddSingleton(provider => new LangfuseTracing(provider.GetRequiredService<SpanOutbox>(), [.. provider.GetServices<OutboxExporter>()]));
        services.AddSingleton<IModelRequestObserver, GenerationTracer>();
        return services;
    }

    /// <summary>Traces the worker, sends what was traced while it runs, and lets it fetch prompts.</summary>
    /// <param name="services">Where <see cref="AddLangfuse(IServiceCollection, Action{LangfuseOptions})"/> was called.</param>
    public static TemporalWorkerOptions AddLangfuse(this TemporalWorkerOptions options, IServiceProvider services)
    {
        options.Plugins = [.. options.Plugins ?? [], services.GetRequiredService<TracingPlugin>()];
        return options.AddAllActivities(services.GetRequiredService<PromptActivity>());
    }

    private static OutboxExporter Exporter(IServiceProvider provider, LangfuseOptions options, string project, LangfuseClient client) => new(
        provider.GetRequiredService<SpanOutbox>(), provider.GetRequiredService<SpanWriter>(), client, options, provider.GetRequiredService<TimeProvider>(),
        provider.GetService<ILogger<OutboxExporter>>(), project);

    // The time limit is each request's own. A redirect would take the keys along to another host.
    private static HttpClient Http() => new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };
}
