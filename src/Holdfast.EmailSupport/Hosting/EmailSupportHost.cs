using System.Globalization;
using Holdfast.AI.Approvals.Links;
using Holdfast.AI.Chat;
using Holdfast.AI.Costs;
using Holdfast.AI.Dashboard;
using Holdfast.AI.Database;
using Holdfast.AI.Tenants;
using Holdfast.AI.Tracing;
using Holdfast.AI.Vault;
using Holdfast.Dashboard;
using Holdfast.EmailSupport.Activities;
using Holdfast.EmailSupport.Mail.Imap;
using Holdfast.EmailSupport.Samples;
using Holdfast.EmailSupport.Tenants;
using Holdfast.Server;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Console;
using Temporalio.Client;
using Temporalio.Runtime;

namespace Holdfast.EmailSupport.Hosting;

/// <summary>The composition root: server, dashboard, worker and intake in one process.</summary>
internal static class EmailSupportHost
{
    private const string SamplesPath = "/email-support/samples";
    private const string MailboxPath = "/email-support/mailbox";

    // A closed run keeps its mail from being handled again, and is what people look up.
    private static readonly TimeSpan Retention = TimeSpan.FromDays(90);

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    /// <summary>Runs until it is stopped.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(StartOptions options, CancellationToken cancellationToken)
    {
        try
        {
            using var data = DataFolder.Open(options.DataFolder);
            var configuration = Configuration.Read(data.Path);
            ForgetForeignModelSettings();
            var uiPort = Ports.Claim(options.UiPort, "--ui-port");
            var port = options.Target is null ? Ports.Claim(options.Port, "--port") : 0;
            var target = options.Target ?? string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

            await using var app = Build(data, configuration, options.Target is null ? port : null, target, uiPort);
            await app.StartAsync(cancellationToken);

            var firstRun = IsFirstRun(data);
            if (options.Samples)
                SampleKnowledge.Write(data.Knowledge);
            int? samples = options.Samples ? SampleMail.Drop(data.Mail, SampleMail.FirstSet) : null;
            Console.WriteLine(StartUpText.For(
                data, uiPort, target, options.Target is null, configuration, samples, firstRun));
            await app.WaitForShutdownAsync(cancellationToken);
            return 0;
        }
        catch (Exception exception) when (exception is StartException or AIDatabaseException or VaultException)
        {
            return Fail(exception.Message);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return Fail($"The application could not run: {exception.Message}");
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
    }

    private static WebApplication Build(DataFolder data, Configuration configuration, int? hostedPort, string target, int uiPort)
    {
        // The content root is where the program is, so that no stray appsettings.json of the current folder is read.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        Logs(builder.Logging);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ListenLocalhost(uiPort, endpoint => endpoint.Protocols = HttpProtocols.Http1);
        });

        var services = builder.Services;
        // A worker takes leave only of a server that answers: without this limit, stopping while the server is away takes half a minute.
        services.Configure<HostOptions>(host => host.ShutdownTimeout = StopLimit);
        // By a name, so that links in mails outlive a move of the program to another folder.
        services.AddDataProtection().SetApplicationName("Holdfast.EmailSupport").PersistKeysToFileSystem(OwnersOnly(data.Keys));
        if (hostedPort is { } port)
        {
            services.AddHoldfastServer(server =>
            {
                server.DataFile = data.Database;
                server.Port = port;
                server.Retention = Retention;
                server.Namespaces.Add(configuration.Server.Namespace);
            });
        }

        services.AddHoldfastDashboard(dashboard =>
        {
            dashboard.Target = $"{(configuration.Server.Tls ? "https" : "http")}://{target}";
            dashboard.Namespace = configuration.Server.Namespace;
            foreach (var host in configuration.Pages.Hosts)
                dashboard.AllowedHosts.Add(host);
            dashboard.Actions.Add(new("Add sample e-mails", SamplesPath));
            dashboard.Pages.Add(new("Tenants", "tenants", typeof(TenantsPage)));
            dashboard.ShowLiveAnswers().ShowCosts().ShowBudgets().ShowKeys();
        });
        Application(services, data, configuration, target, hostedPort is not null, uiPort);

        var app = builder.Build();
        if (hostedPort is not null)
            app.MapHoldfast();
        if (configuration.Pages.SignedInHeader is { Length: > 0 } header)
            app.UseMiddleware<ProxySignIn>(header, uiPort);
        app.MapHoldfastDashboard(uiPort);
        app.MapApprovalLinks().AddEndpointFilter((context, next) =>
            context.HttpContext.Connection.LocalPort == uiPort ? next(context) : ValueTask.FromResult<object?>(Results.NotFound()));
        app.MapPost(SamplesPath, (HttpContext context, TimeProvider time) => DropSamples(context, data, time, uiPort));
        app.MapGet(MailboxPath, (HttpContext context, string? tenant) => Mailbox(context, uiPort, tenant ?? TenantNames.Default));
        return app;
    }

    private static void Application(IServiceCollection services, DataFolder data, Configuration configuration, string target, bool hosted, int uiPort)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(configuration);
        services.AddSingleton(configuration.Server);
        services.AddDurableChat(configuration.Model.AddTo);
        services.AddSingleton(AIDatabase.Open(data.AIDatabase));
        services.TryAddSingleton<RunTenants>();
        services.AddModelCosts(data.Prices);
        // After the costs: what a budget keeps from being asked is no generation.
        if (configuration.Langfuse is { } langfuse)
            services.AddLangfuse(langfuse);
        // Opened here and not when it is first needed: a key file that others can read must keep the program from starting.
        var wrapper = KeyFile.Open(data.VaultKey);
        services.AddCredentialVault(_ => wrapper, VaultSettings.Options);
        var dashboard = new DashboardAddress(uiPort);
        services.AddSingleton(data).AddSingleton(dashboard);
        var folders = configuration.Tenants.ToDictionary(tenant => tenant.Identity.Tenant, tenant => data.MailOf(tenant.Identity.Tenant));
        services.AddSingleton(provider => new TenantDesks(provider.GetRequiredService<RunTenants>(), [.. configuration.Tenants.Select(tenant => new TenantDesk(
            tenant, folders[tenant.Identity.Tenant], dashboard.Approvals, provider.GetRequiredService<CredentialVault>(), provider.GetRequiredService<TimeProvider>()))]));
        services.AddApprovalLinks(links => links.PublicUrl = configuration.PublicUrl);
        services.AddOptions<ApprovalLinkOptions>().Configure<ServerLink>((links, server) => links.Client = async (ns, stop) =>
            new TemporalClient((await server.ClientAsync(stop)).Connection, new() { Namespace = ns }));
        services.AddSingleton<SendReply>().AddSingleton<RemindApprover>().AddSingleton<LookUpKnowledge>().AddSingleton<CountReplies>();

        services.AddSingleton(provider => new TemporalClientConnectOptions(target)
        {
            Runtime = Runtime(provider.GetRequiredService<ILoggerFactory>()),
            Namespace = configuration.Server.Namespace,
            ApiKey = hosted ? null : configuration.Server.ApiKey,
            Tls = hosted || !configuration.Server.Tls ? null : new(),
            LoggerFactory = provider.GetRequiredService<ILoggerFactory>(),
        });
        // Connects when it is first used: pages are there before the server answers.
        services.AddSingleton<ITemporalClient>(provider => TemporalClient.CreateLazy(provider.GetRequiredService<TemporalClientConnectOptions>()));
        services.AddSingleton<ServerLink>();
        services.AddHostedService(provider => provider.GetRequiredService<ServerLink>());
        services.AddHostedService<SupportWorker>();
        services.AddSingleton<DeskServices>();
        services.AddHostedService(provider => provider.GetRequiredService<DeskServices>());
        services.AddSingleton(new SettingsFile(Path.Combine(data.Path, Configuration.FileName)));
        services.AddSingleton<TenantChanges>();
        services.AddSingleton(provider => new MailServerProbe(configuration.Pages.PrivateMailServers, provider.GetRequiredService<TimeProvider>()));
    }

    // The SDK's native part writes to standard output of its own accord. Its retries are left out: while a server is away there are
    // several a second, and the connection tells that once.
    private static TemporalRuntime Runtime(ILoggerFactory logs) => new(new()
    {
        Telemetry = new()
        {
            Logging = new()
            {
                Filter = new("warn,temporalio_client::retry=off"),
                Forwarding = new() { Logger = logs.CreateLogger("Temporalio.Core") },
            },
        },
    });

    private static void Logs(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.AddConsoleFormatter<LogLine, ConsoleFormatterOptions>();
        logging.AddConsole(console =>
        {
            console.FormatterName = LogLine.FormatName;
            // Standard output is for what the user asked to read.
            console.LogToStandardErrorThreshold = LogLevel.Trace;
        });
        logging.AddFilter("Microsoft", LogLevel.Warning);
        // What keeps the host from starting is told in one line at the end, without a stack trace.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        logging.AddFilter("Grpc", LogLevel.Warning);
        logging.AddFilter("Temporalio", LogLevel.Warning);
        // Says at every start that the keys are not encrypted: they protect forms of a dashboard on this machine.
        logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
    }

    private static IResult DropSamples(HttpContext context, DataFolder data, TimeProvider time, int uiPort)
    {
        if (context.Connection.LocalPort != uiPort)
            return Results.NotFound();

        // Pressed again, they are new mail: a button that does nothing the second time looks broken.
        var set = time.GetUtcNow().ToString("yyyyMMddHHmmssfff", CultureInfo.InvariantCulture);
        return Results.Text($"{SampleMail.Drop(data.Mail, set)} sample e-mails were put into the inbox.");
    }

    // 503 while the mailbox cannot be read, so that whatever watches web pages can watch it.
    private static IResult Mailbox(HttpContext context, int uiPort, string tenant) =>
        context.Connection.LocalPort == uiPort
        && context.RequestServices.GetRequiredService<TenantDesks>().All.FirstOrDefault(desk => desk.Identity.Tenant == tenant)?.Health is { State: var state }
            ? Results.Json(state, statusCode: state.Step is MailboxStep.Connected or MailboxStep.Connecting ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable)
            : Results.NotFound();

    // Whoever reads these keys can make links that decide.
    private static DirectoryInfo OwnersOnly(string path)
    {
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        if (OperatingSystem.IsWindows())
            return Directory.CreateDirectory(path);

        var folder = Directory.CreateDirectory(path, Owner);
        folder.UnixFileMode = Owner;
        return folder;
    }

    private static bool IsFirstRun(DataFolder data) =>
        !Directory.EnumerateFileSystemEntries(data.Mail.Inbox).Any() && !Directory.EnumerateFiles(data.Mail.Processed).Any();

    // The model's SDK adds what it finds in the environment (headers, tokens, addresses). Ours is the configuration alone.
    private static void ForgetForeignModelSettings()
    {
        foreach (var name in Environment.GetEnvironmentVariables().Keys.Cast<string>())
        {
            if (name.StartsWith("ANTHROPIC_", StringComparison.Ordinal))
                Environment.SetEnvironmentVariable(name, null);
        }
    }

    private static int Fail(string message)
    {
        Console.Error.WriteLine($"error: {message.ReplaceLineEndings(" ")}");
        return 1;
    }
}
