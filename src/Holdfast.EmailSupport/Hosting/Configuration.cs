using System.Text.Json;
using System.Text.RegularExpressions;
using Holdfast.AI.Tenants;
using Holdfast.AI.Tracing;
using Holdfast.EmailSupport.Prompts;

namespace Holdfast.EmailSupport.Hosting;

/// <summary>The settings, read and checked.</summary>
internal sealed partial record Configuration
{
    public const string FileName = "holdfast.json";
    private const string Prefix = "HOLDFAST__";
    private const int MostAtOnce = 10_000;

    /// <summary>The default tenant first.</summary>
    public required IReadOnlyList<TenantConfiguration> Tenants { get; init; }

    public required ModelSettings Model { get; init; }

    public required SupportSettings.ServerSection Server { get; init; }

    /// <summary>Where the outside reaches the pages of links in reminders. Null: reminders name the dashboard.</summary>
    public Uri? PublicUrl { get; init; }

    public required SupportSettings.PagesSection Pages { get; init; }

    /// <summary>Of all that is not a tenant's own: what differs from it counts after a restart.</summary>
    public string Digest { get; init; } = "";

    /// <summary>Null: nothing is traced.</summary>
    public LangfuseOptions? Langfuse { get; init; }

    /// <summary>Reads the settings file of the data folder and the environment, which wins.</summary>
    /// <exception cref="StartException">A setting is unknown or wrong; the message names it.</exception>
    public static Configuration Read(string dataFolder) => Read(dataFolder, text: null, out var problems) ?? throw Told(problems);

    /// <summary>Reads settings as if this text were in the settings file of the data folder.</summary>
    /// <param name="text">JSON; null: the file itself.</param>
    /// <returns>Null when something is wrong, which <paramref name="problems"/> tells.</returns>
    /// <exception cref="StartException">The settings cannot be told from each other, or prompts are wrong.</exception>
    public static Configuration? Read(string dataFolder, byte[]? text, out IReadOnlyList<SettingProblem> problems)
    {
        var file = Path.Combine(dataFolder, FileName);
        try
        {
            using var given = text is null ? null : new MemoryStream(text);
            var builder = given is null ? new ConfigurationBuilder().AddJsonFile(file, optional: true) : new ConfigurationBuilder().AddJsonStream(given);
            var settings = builder.AddEnvironmentVariables(Prefix).Build().Get<SupportSettings>(binder => binder.ErrorOnUnknownConfiguration = true) ?? new();
            return From(settings, Environment.GetEnvironmentVariable("ANTHROPIC_API_KEY"), PromptLibrary.Read(DataFolder.PromptsIn(dataFolder)), dataFolder, out problems);
        }
        catch (Exception exception) when (exception is InvalidDataException or JsonException)
        {
            throw new StartException($"{file} is not valid JSON: {(exception.InnerException ?? exception).Message}", exception);
        }
        catch (InvalidOperationException exception) when (Unconverted().Match(Innermost(exception).Message) is { Success: true } match)
        {
            // The value of a setting that is no number, say.
            problems = [new(match.Groups["name"].Value, $"A setting in {file} or in the environment ({Prefix}…) is wrong: {Innermost(exception).Message}", $"\"{match.Groups["value"].Value}\" cannot stand here.")];
            return null;
        }
        catch (InvalidOperationException exception)
        {
            throw new StartException($"A setting in {file} or in the environment ({Prefix}…) is wrong: {Problem(Innermost(exception))}", exception);
        }
    }

    /// <summary>Whether the environment sets anything below this section, and so goes before the file.</summary>
    public static IReadOnlyList<string> SetByEnvironment(string section) =>
        [.. Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Where(name => name.StartsWith(Prefix + section.Replace(":", "__", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)];

    // Around what it says of a setting in a dictionary or a list the binder says once more, and less.
    private static InvalidOperationException Innermost(InvalidOperationException exception) =>
        exception.InnerException is InvalidOperationException inner ? Innermost(inner) : exception;

    // For an unknown setting the binder talks of its own options; only the names at its end tell the user something.
    private static string Problem(InvalidOperationException exception) =>
        exception.Message.Contains(nameof(BinderOptions.ErrorOnUnknownConfiguration), StringComparison.Ordinal)
            ? $"there is no setting {exception.Message[(exception.Message.LastIndexOf(": ", StringComparison.Ordinal) + 2)..]}."
            : exception.Message;

    /// <exception cref="StartException">Settings are wrong; the message names them.</exception>
    public static Configuration From(SupportSettings settings, string? anthropicKeyOfEnvironment, PromptLibrary prompts) =>
        From(settings, anthropicKeyOfEnvironment, prompts, dataFolder: "", out var problems) ?? throw Told(problems);

    private static Configuration? From(
        SupportSettings settings, string? anthropicKeyOfEnvironment, PromptLibrary prompts, string dataFolder, out IReadOnlyList<SettingProblem> problems)
    {
        var found = new List<SettingProblem>();
        var checks = new SettingChecks(found);
        var configuration = new Configuration
        {
            Tenants =
            [
                TenantConfiguration.From(TenantNames.Default, settings, prompts, checks, dataFolder),
                .. settings.Tenants.OrderBy(tenant => tenant.Key, StringComparer.Ordinal).Where(tenant => IsTenantName(tenant.Key, checks)).Select(tenant => TenantConfiguration.From(
                    tenant.Key, tenant.Value, prompts.With(DataFolder.PromptsIn(dataFolder, tenant.Key)), checks.At($"Tenants:{tenant.Key}:"), dataFolder)),
            ],
            Model = ModelOf(settings.Models, anthropicKeyOfEnvironment, checks),
            Server = settings.Server,
            Pages = settings.Pages,
            Digest = SettingsDigest.Of(
                settings.Models, settings.Links, settings.Server, settings.Langfuse, settings.Pages,
                settings.Tenants.Where(tenant => tenant.Value.Langfuse is not null).OrderBy(tenant => tenant.Key, StringComparer.Ordinal).Select(tenant => new { tenant.Key, tenant.Value.Langfuse })),
            PublicUrl = settings.Links.PublicUrl is not { Length: > 0 } given ? null
                : Uri.TryCreate(given, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url
                : checks.Wrong<Uri?>("Links:PublicUrl", given, "an http or https address", null),
            Langfuse = LangfuseOf(settings, dataFolder, checks),
        };
        problems = found;
        return found.Count == 0 ? configuration : null;
    }

    private static StartException Told(IReadOnlyList<SettingProblem> problems) => new(string.Join(' ', problems.Select(problem => problem.Sentence)));

    private static LangfuseOptions? LangfuseOf(SupportSettings settings, string dataFolder, SettingChecks checks)
    {
        var own = settings.Tenants.Where(tenant => tenant.Value.Langfuse is not null && TenantConfiguration.IsName(tenant.Key)).ToList();
        if (settings.Langfuse is not { } langfuse)
        {
            foreach (var (name, _) in own)
                checks.Wrong($"Tenants:{name}:Langfuse", "given", "left out, or there must be a Langfuse outside of Tenants, where the cases of the others go", 0);
            return null;
        }

        var options = new LangfuseOptions
        {
            BaseUrl = AddressOf("Langfuse:BaseUrl", langfuse.BaseUrl, checks),
            PublicKey = langfuse.PublicKey,
            SecretKey = SecretKeyOf(langfuse, dataFolder, checks),
            Environment = langfuse.Environment,
            Content = langfuse.Content,
            ServiceName = "holdfast-email-support",
            Label = run => new() { Tags = [run.Tenant] },
        };
        foreach (var (name, settingsOfTenant) in own)
        {
            var (project, place) = (settingsOfTenant.Langfuse!, checks.At($"Tenants:{name}:"));
            options.TenantProjects[name] = new()
            {
                BaseUrl = AddressOf("Langfuse:BaseUrl", project.BaseUrl, place),
                PublicKey = place.Text("Langfuse:PublicKey", project.PublicKey, "the public key of a project (pk-lf-…)"),
                SecretKey = SecretKeyOf(project, dataFolder, place),
                Content = project.Content,
            };
            if (options.TenantProjects[name].SecretKey.Length == 0)
                place.Wrong("Langfuse:SecretKey", "", "the secret key of that project (sk-lf-…), or Langfuse:SecretKeyFrom must say where it is", 0);
        }

        // What is told of a tenant's project already need not be told once more of all.
        if (own.Count > 0 && checks.Any)
            return null;
        try
        {
            options.Check();
            return options;
        }
        catch (ArgumentException exception)
        {
            checks.Note("Langfuse", $"The settings of Langfuse are wrong: {exception.Message}", exception.Message);
            return null;
        }
    }

    private static string SecretKeyOf(SupportSettings.LangfuseProjectSection project, string dataFolder, SettingChecks checks)
    {
        if (string.IsNullOrEmpty(project.SecretKeyFrom))
            return project.SecretKey;

        const string Setting = "Langfuse:SecretKeyFrom";
        var from = project.SecretKeyFrom;
        try
        {
            return project.SecretKey.Length > 0 ? checks.Wrong(Setting, from, "left out where Langfuse:SecretKey is given", "")
                : from.StartsWith("env:", StringComparison.Ordinal)
                    ? Environment.GetEnvironmentVariable(from[4..]) is { Length: > 0 } key ? key : checks.Wrong(Setting, from, "the name of an environment variable that is set for this program", "sk")
                : from.StartsWith("file:", StringComparison.Ordinal) ? File.ReadAllText(Path.Combine(dataFolder, from[5..])).Trim()
                : checks.Wrong(Setting, from, "env:NAME or file:PATH", "sk");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return checks.Wrong(Setting, from, $"a file that can be read ({exception.Message})", "sk");
        }
    }

    private static ModelSettings ModelOf(SupportSettings.ModelsSection models, string? keyOfEnvironment, SettingChecks checks) => new()
    {
        AnthropicApiKey = string.IsNullOrWhiteSpace(models.Anthropic.ApiKey) ? keyOfEnvironment : models.Anthropic.ApiKey,
        AnthropicBaseUrl = AddressOf("Models:Anthropic:BaseUrl", models.Anthropic.BaseUrl, checks),
        Model = checks.Text("Models:Anthropic:Model", models.Anthropic.Model, "the id of a model"),
        MaxOutputTokens = models.Anthropic.MaxOutputTokens > 0
            ? models.Anthropic.MaxOutputTokens
            : checks.Wrong("Models:Anthropic:MaxOutputTokens", $"{models.Anthropic.MaxOutputTokens}", "a number above 0", 1),
        Use = models.Use?.ToLowerInvariant() switch
        {
            null => null,
            "anthropic" => true,
            "offline" => false,
            _ => checks.Wrong<bool?>("Models:Use", models.Use, "Anthropic or Offline", null),
        },
        Concurrency = models.Concurrency is > 0 and <= MostAtOnce ? models.Concurrency : checks.Wrong("Models:Concurrency", $"{models.Concurrency}", $"a number from 1 to {MostAtOnce}", 1),
    };

    private static Uri AddressOf(string name, string value, SettingChecks checks) =>
        Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url : checks.Wrong(name, value, "an http or https address", new Uri("https://invalid"));

    private static bool IsTenantName(string name, SettingChecks checks)
    {
        if (TenantConfiguration.IsName(name) && name != TenantNames.Default)
            return true;

        const string Form = $"a name is made of lower-case letters, digits and hyphens, 50 at most, and is not \"{TenantNames.Default}\": the settings outside of Tenants are that one's.";
        checks.Note($"Tenants:{name}", $"The setting Tenants has a tenant named \"{name}\"; {Form}", $"It is \"{name}\"; {Form}");
        return false;
    }

    [GeneratedRegex("value '(?<value>.*)' at '(?<name>[^']+)' to type")]
    private static partial Regex Unconverted();
}
