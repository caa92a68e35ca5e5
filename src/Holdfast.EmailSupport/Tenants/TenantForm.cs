using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.AI.Tenants;

namespace Holdfast.EmailSupport.Tenants;

/// <summary>What a page shows of a tenant's settings, and what was typed into it. Passwords that are kept already are never in it.</summary>
internal sealed class TenantForm
{
    private readonly Dictionary<string, string> values = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> was;
    private readonly Dictionary<string, string> kept = [];

    private readonly string original;

    /// <param name="settings">The settings file's.</param>
    /// <param name="tenant">Empty: a new one.</param>
    public TenantForm(JsonObject settings, string tenant)
    {
        Tenant = original = tenant;
        IsNew = tenant.Length == 0;
        var section = IsNew ? null : SectionOf(settings, tenant);
        foreach (var field in TenantField.Parts.Values.SelectMany(part => part))
            values[field.Name] = TextOf(Find(section, field.Name));
        foreach (var part in (string[])[TenantField.MailIn, TenantField.MailOut])
        {
            Uses[part] = Find(section, part) is JsonObject;
            var written = TextOf(Find(section, $"{part}:Password"));
            var from = TextOf(Find(section, $"{part}:PasswordFrom"));
            kept[part] = from.Length > 0 ? from : written.Length > 0 ? "the settings file" : "";
            Places[part] = kept[part].Length > 0 ? PasswordPlace.Keep : Uses[part] ? PasswordPlace.None : PasswordPlace.Vault;
        }

        was = new(values, StringComparer.OrdinalIgnoreCase);
    }

    public bool IsNew { get; }

    public string Tenant { get; set; }

    /// <summary>Whether the tenant has a mailbox, and a mail server to send through: by <see cref="TenantField.MailIn"/> and <see cref="TenantField.MailOut"/>.</summary>
    public Dictionary<string, bool> Uses { get; } = [];

    public Dictionary<string, PasswordPlace> Places { get; } = [];

    /// <summary>The environment variable or the file, where one is named.</summary>
    public Dictionary<string, string> Names { get; } = new() { [TenantField.MailIn] = "", [TenantField.MailOut] = "" };

    /// <summary>Passwords as they were typed. They go into the vault, and never into the file.</summary>
    public Dictionary<string, string> Secrets { get; } = new() { [TenantField.MailIn] = "", [TenantField.MailOut] = "" };

    /// <summary>A key of the tenant's own for the model, as it was typed. It goes into the vault.</summary>
    public string ModelKey { get; set; } = "";

    /// <summary>Whether the program is to ask a model from its next start on.</summary>
    public bool UseModel { get; set; }

    public string this[string field]
    {
        get => values[field];
        set => values[field] = value.Trim();
    }

    /// <summary>Where a password is already, in words; empty if there is none.</summary>
    public string Kept(string part) => kept[part];

    /// <summary>The name under which a problem of a part's password is told.</summary>
    public static string Password(string part) => $"{part}:PasswordFrom";

    /// <summary>The name of a part's password in the vault.</summary>
    public static string VaultName(string part) => part.ToLowerInvariant();

    /// <summary>What the names of this tenant's settings begin with in the file.</summary>
    public string Prefix => Tenant is TenantNames.Default ? "" : $"Tenants:{Tenant}:";

    /// <summary>Whether a password that is kept would go to another server or another login than it was kept for.</summary>
    public bool IsElsewhere(string part) => ((string[])["Host", "Port", "User", "Security"]).Any(field => was[$"{part}:{field}"] != values[$"{part}:{field}"]);

    /// <summary>Whether its name is that of another tenant of the file.</summary>
    public bool IsAnothers(JsonObject settings) => Tenant != original && SectionOf(settings, Tenant) is not null;

    /// <summary>Whether the file has a tenant of this name.</summary>
    public static bool Exists(JsonObject settings, string tenant) => SectionOf(settings, tenant) is not null;

    /// <summary>Whether a server is named that was not before.</summary>
    public bool IsNewServer(string part) => IsNew || was[$"{part}:Host"] != values[$"{part}:Host"] || was[$"{part}:Port"] != values[$"{part}:Port"];

    /// <summary>Writes what was put in into settings. What no page shows stays as it is.</summary>
    public void WriteInto(JsonObject settings)
    {
        if (UseModel)
            Put(settings, "Models:Use", "Anthropic");
        var section = SectionOf(settings, Tenant) ?? MakeSection(settings);
        foreach (var field in TenantField.Parts.Values.SelectMany(part => part))
        {
            var part = field.Name[..field.Name.IndexOf(':', StringComparison.Ordinal)];
            if (Uses.GetValueOrDefault(part, true))
                Put(section, field.Name, NodeOf(field, values[field.Name]));
        }

        foreach (var part in (string[])[TenantField.MailIn, TenantField.MailOut])
        {
            if (!Uses[part])
            {
                Put(section, part, null);
                continue;
            }

            if (Places[part] is PasswordPlace.Keep)
                continue;
            Put(section, $"{part}:Password", null);
            Put(section, $"{part}:PasswordFrom", Places[part] switch
            {
                PasswordPlace.Vault => $"vault:{VaultName(part)}",
                PasswordPlace.Environment => $"env:{Names[part].Trim()}",
                PasswordPlace.File => $"file:{Names[part].Trim()}",
                _ => null,
            });
        }
    }

    private JsonObject MakeSection(JsonObject settings)
    {
        var section = new JsonObject();
        if (Tenant == TenantNames.Default)
            return settings;

        if (Find(settings, "Tenants") is not JsonObject tenants)
            settings["Tenants"] = tenants = [];
        tenants[Tenant] = section;
        return section;
    }

    private static JsonObject? SectionOf(JsonObject settings, string tenant) =>
        tenant == TenantNames.Default ? settings : Find(settings, "Tenants") is JsonObject all ? Find(all, tenant) as JsonObject : null;

    private static JsonNode? NodeOf(TenantField field, string text) => (field.Kind, text) switch
    {
        (_, "") => null,
        (TenantFieldKind.Switch, _) => text == "true" ? JsonValue.Create(true) : null,
        // What is no number is written as it is, and refused with its name when it is read.
        (TenantFieldKind.Number, _) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? JsonValue.Create(whole)
            : decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number) : JsonValue.Create(text),
        (TenantFieldKind.Lines, _) => new JsonArray([.. text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(line => (JsonNode?)JsonValue.Create(line))]),
        _ => JsonValue.Create(text),
    };

    private static string TextOf(JsonNode? node) => node switch
    {
        JsonArray lines => string.Join('\n', lines.Select(TextOf)),
        JsonValue value => value.ToString(),
        _ => "",
    };

    // The names of settings are the same in any case.
    private static JsonNode? Find(JsonObject? section, string name)
    {
        JsonNode? found = section;
        foreach (var step in name.Split(':'))
            found = found is JsonObject here ? here.FirstOrDefault(property => property.Key.Equals(step, StringComparison.OrdinalIgnoreCase)).Value : null;
        return found;
    }

    private static void Put(JsonObject section, string name, JsonNode? value)
    {
        var steps = name.Split(':');
        foreach (var step in steps[..^1])
        {
            if (Find(section, step) is JsonObject inner)
                section = inner;
            else if (value is null)
                return;
            else
            {
                var made = new JsonObject();
                section[step] = made;
                section = made;
            }
        }

        var key = section.Select(property => property.Key).FirstOrDefault(known => known.Equals(steps[^1], StringComparison.OrdinalIgnoreCase)) ?? steps[^1];
        if (value is null)
            section.Remove(key);
        else
            section[key] = value;
    }
}
