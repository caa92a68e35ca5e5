using Holdfast.AI.Tenants;
using Holdfast.AI.Tracing;
using Holdfast.EmailSupport.Prompts;

namespace Holdfast.EmailSupport.Hosting;

/// <summary>The settings, read and checked.</summary>
internal sealed record Configuration
{
    public const string FileName = "holdfast.json";
    private const string Prefix = "HOLDFAST__";
    private const int MostAtOnce = 10_000;

    private static readonly SettingChecks Checks = new("");

    /// <summary>The default tenant first.</summary>
    public required IReadOnlyList<TenantConfiguration> Tenants { get; init; }

    public required ModelSettings Model { get; init; }

    public required SupportSettings.ServerSection Server { get; init; }

    /// <summary>Where the outside reaches the pages of links in reminders. Null: reminders name the dashboard.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>Null: nothing is traced.</summary>
    public LangfuseOptions? Langfuse { get; init; }

    /// <summary>Reads the settings file of the data folder and the environment, which wins.</summary>
    /// <exception cref="StartException">A setting is unknown or wrong; the message names it.</exception>
    public static Configuration Read(string dataFolder)
    {
        var file = Path.Combine(dataFolder, FileName);
        try
        {
            var sources = new ConfigurationBuilder().AddJsonFile(file, optional: true).AddEnvironmentVariables(Prefix).Build();
            var settings = sources.Get<SupportSettings>(binder => binder.ErrorOnUnknownConfiguration = true) ?? new();
            return From(settings, Environment.GetEnvironmentVariable("ANTHROPIC_API_KEY"), PromptLibrary.Read(DataFolder.PromptsIn(dataFolder)));
        }
        catch (InvalidDataException exception)
        {
            throw new StartException($"{file} is not valid JSON: {(exception.InnerException ?? exception).Message}", exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new StartException($"A setting in {file} or in the environment ({Prefix}…) is wrong: {Problem(exception)}", exception);
        }
    }

    // For an unknown setting the binder talks of its own options; only the names at its end tell the user something.
    private static string Problem(InvalidOperationException exception) =>
        exception.Message.Contains(nameof(BinderOptions.ErrorOnUnknownConfiguration), StringComparison.Ordinal)
            ? $"there is no setting {exception.Message[(exception.Message.LastIndexOf(": ", StringComparison.Ordinal) + 2)..]}."
            : exception.Message;

    public static Configuration From(SupportSettings settings, string? anthropicKeyOfEnvironment, PromptLibrary prompts) => new()
    {
        Tenants =
        [
            TenantConfiguration.From(TenantNames.Default, settings, prompts, Checks),
            .. settings.Tenants.OrderBy(tenant => tenant.Key, StringComparer.Ordinal).Select(tenant => TenantConfiguration.From(
                TenantName(tenant.Key), tenant.Value, prompts, new SettingChecks($"Tenants:{tenant.Key}:"))),
        ],
        Model = ModelOf(settings.Models, anthropicKeyOfEnvironment),
        Server = settings.Server,
        PublicUrl = settings.Links.PublicUrl is not { Length: > 0 } given ? null
            : Uri.TryCreate(given, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url
            : throw Checks.Wrong("Links:PublicUrl", given, "an http or https address"),
        Langfuse = settings.Langfuse is { } langfuse ? LangfuseOf(langfuse) : null,
    };

    private static LangfuseOptions LangfuseOf(SupportSettings.LangfuseSection langfuse)
    {
        var options = new LangfuseOptions
        {
            BaseUrl = Uri.TryCreate(langfuse.BaseUrl, UriKind.Absolute, out var url) ? url : throw Checks.Wrong("Langfuse:BaseUrl", langfuse.BaseUrl, "an http or https address"),
            PublicKey = langfuse.PublicKey,
            SecretKey = langfuse.SecretKey,
            Environment = langfuse.Environment,
            Content = langfuse.Content,
            ServiceName = "holdfast-email-support",
            Label = run => new() { Tags = [run.Tenant] },
        };
        try
        {
            options.Check();
            return options;
        }
        catch (ArgumentException exception)
        {
            throw new StartException($"The settings of Langfuse are wrong: {exception.Message}", exception);
        }
    }

    private static ModelSettings ModelOf(SupportSettings.ModelsSection models, string? keyOfEnvironment) => new()
    {
        AnthropicApiKey = string.IsNullOrWhiteSpace(models.Anthropic.ApiKey) ? keyOfEnvironment : models.Anthropic.ApiKey,
        AnthropicBaseUrl = Uri.TryCreate(models.Anthropic.BaseUrl, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url!
            : throw Checks.Wrong("Models:Anthropic:BaseUrl", models.Anthropic.BaseUrl, "an http or https address"),
        Model = models.Anthropic.Model.Length > 0 ? models.Anthropic.Model : throw Checks.Wrong("Models:Anthropic:Model", "", "the id of a model"),
        MaxOutputTokens = models.Anthropic.MaxOutputTokens > 0
            ? models.Anthropic.MaxOutputTokens
            : throw Checks.Wrong("Models:Anthropic:MaxOutputTokens", $"{models.Anthropic.MaxOutputTokens}", "a number above 0"),
        Use = models.Use?.ToLowerInvariant() switch
        {
            null => null,
            "anthropic" => true,
            "offline" => false,
            _ => throw Checks.Wrong("Models:Use", models.Use, "Anthropic or Offline"),
        },
        Concurrency = models.Concurrency is > 0 and <= MostAtOnce ? models.Concurrency : throw Checks.Wrong("Models:Concurrency", $"{models.Concurrency}", $"a number from 1 to {MostAtOnce}"),
    };

    private static string TenantName(string name) =>
        TenantConfiguration.IsName(name) && name != TenantNames.Default
            ? name
            : throw new StartException($"The setting Tenants has a tenant named \"{name}\"; a name is made of lower-case letters, digits and hyphens, 50 at most, and is not \"{TenantNames.Default}\": the settings outside of Tenants are that one's.");
}
