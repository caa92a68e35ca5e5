using Holdfast.AI.Secrets;
using Holdfast.AI.Tenants;
using Holdfast.AI.Vault;
using Holdfast.EmailSupport.Hosting;
using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Mail.Imap;
using Holdfast.EmailSupport.Mail.Outbox;

namespace Holdfast.EmailSupport.Tenants;

/// <summary>Changes a tenant as a page asks for it: checked by what reads the settings file, written into that file, and in force at once.</summary>
internal sealed class TenantChanges(SettingsFile file, DataFolder data, Configuration atStart, DeskServices desks, CredentialVault vault, MailServerProbe probe)
{
    /// <summary>Where a problem is told that belongs beside no field.</summary>
    public const string General = "";

    public const string TenantName = "Tenant";
    public const string ModelKey = "Models:Key";

    /// <summary>The name and the provider of a tenant's key for the model.</summary>
    public const string ModelCredential = "anthropic";

    // Whoever reaches the page could otherwise have any variable or file of the program sent to a server of theirs.
    private const string VariablePrefix = "HOLDFAST_SECRET_";
    private const string SecretsFolder = "secrets/";
    private const string MountedSecrets = "/run/secrets/";

    private static readonly string[] Parts = [TenantField.MailIn, TenantField.MailOut];

    /// <exception cref="SettingsFileException">The file cannot be read, or not be changed by a page.</exception>
    public SettingsText Read() => file.Read();

    /// <summary>Whether a model is asked, or will be after the next start; null: not before somebody settles it.</summary>
    public bool UsesModel => atStart.Model.IsUsed;

    /// <returns>What is wrong, by the field beside which it is told. Empty: nothing.</returns>
    public async Task<IReadOnlyDictionary<string, string>> CheckAsync(TenantForm form, SettingsText text, CancellationToken cancellationToken)
    {
        var wrong = new Dictionary<string, string>();
        if (!TenantConfiguration.IsName(form.Tenant))
            wrong[TenantName] = "A name is made of lower-case letters, digits and hyphens, 50 at most.";
        else if (form.IsAnothers(text.Settings) && form.Tenant != TenantNames.Default)
            wrong[TenantName] = "There is a tenant of this name already.";
        if (wrong.Count > 0)
            return wrong;

        foreach (var part in Parts.Where(part => form.Uses[part]))
        {
            if (form.IsNewServer(part) && int.TryParse(form[$"{part}:Port"], out var port) | form[$"{part}:Port"].Length == 0 && form[$"{part}:Host"] is { Length: > 0 } host
                && await probe.RefusalAsync(host, port > 0 ? port : DefaultPort(part), cancellationToken) is { } refusal)
                wrong[$"{part}:Host"] = refusal;
            if (PasswordProblem(form, part) is { } problem)
                wrong[TenantForm.Password(part)] = problem;
        }

        foreach (var problem in Problems(form, text))
        {
            var own = problem.Name.StartsWith(form.Prefix, StringComparison.OrdinalIgnoreCase) ? TenantField.Beside(problem.Name[form.Prefix.Length..]) : null;
            if (own is not null)
                wrong.TryAdd(own, problem.Beside);
            else
                wrong[General] = wrong.TryGetValue(General, out var others) ? $"{others} {problem.Sentence}" : problem.Sentence;
        }

        return wrong;
    }

    /// <summary>Tries to log in where the form says, without keeping anything.</summary>
    /// <returns>What is wrong; null: it works.</returns>
    public async Task<string?> TryAsync(TenantForm form, string part, SettingsText text, CancellationToken cancellationToken)
    {
        var wrong = await CheckAsync(form, text, cancellationToken);
        if (wrong.FirstOrDefault(problem => problem.Key.StartsWith(part, StringComparison.Ordinal)) is { Value: { } problem })
            return problem;

        var host = form[$"{part}:Host"];
        var port = form[$"{part}:Port"] is { Length: > 0 } given ? int.Parse(given, System.Globalization.CultureInfo.InvariantCulture) : DefaultPort(part);
        var security = Enum.Parse<MailSecurity>(form[$"{part}:Security"] is { Length: > 0 } said ? said : part == TenantField.MailIn ? "Tls" : "StartTls", ignoreCase: true);
        var user = form[$"{part}:User"];
        var password = PasswordOf(form, part, text);
        if (part == TenantField.MailIn)
            return await probe.TryAsync(
                new ImapSettings { Host = host, Port = port, Security = security, User = user, Password = password ?? MailPassword.None, Folder = form["Imap:Folder"] is { Length: > 0 } folder ? folder : "INBOX" },
                cancellationToken);
        return await probe.TryAsync(
            new SmtpSettings { Host = host, Port = port, Security = security, User = user.Length > 0 ? user : null, Password = password, WhenUnsure = WhenUnsure.SendAgain }, cancellationToken);
    }

    /// <summary>Keeps the form. Call it when <see cref="CheckAsync"/> finds nothing.</summary>
    /// <returns>What a person should know now.</returns>
    /// <exception cref="SettingsFileException">The file changed since it was read, or cannot be written.</exception>
    /// <exception cref="VaultException">A password or a key cannot be kept; nothing else was done then.</exception>
    public async Task<string> SaveAsync(TenantForm form, SettingsText text, VaultActor actor, CancellationToken cancellationToken)
    {
        file.CheckUnchanged(text.Version);
        foreach (var part in Parts.Where(part => form.Uses[part] && form.Places[part] is PasswordPlace.Vault))
            await KeepAsync(form.Tenant, TenantForm.VaultName(part), MailPassword.VaultUse, form.Secrets[part], actor, cancellationToken);
        if (form.ModelKey.Trim().Length > 0)
            await KeepAsync(form.Tenant, ModelCredential, ModelCredential, form.ModelKey, actor, cancellationToken);

        file.Write(SettingsFile.TextOf(With(form, text)), text.Version);
        if (Configuration.Read(data.Path, text: null, out var problems) is not { } now)
            throw new SettingsFileException($"It is written, and not in force: the file was changed in between, and now {string.Join(' ', problems.Select(problem => problem.Sentence))}");

        await desks.ApplyAsync(now.Tenants, form.Tenant, CancellationToken.None);
        return now.Digest == atStart.Digest
            ? $"{form.Tenant} is saved, and in force for mail that arrives from now on."
            : $"{form.Tenant} is saved, and in force for mail that arrives from now on. Settings outside of tenants have changed too, such as the model: they count after a restart of the program.";
    }

    private async Task KeepAsync(string tenant, string name, string use, string secret, VaultActor actor, CancellationToken cancellationToken)
    {
        var there = vault.List(tenant).FirstOrDefault(credential => credential.Name == name && credential.WorkflowType is null);
        if (there is not null && there.Provider != use)
            throw new VaultException(VaultFailure.Conflict, $"The vault keeps something for {there.Provider} under the name {name} of {tenant}: remove that first.");
        if (there is null)
            await vault.CreateAsync(new() { Tenant = tenant, Name = name, Provider = use, Secret = new(secret) }, actor, cancellationToken);
        else
            await vault.RotateAsync(tenant, there.Id, new Secret(secret), actor, there.BaseUrl, cancellationToken: cancellationToken);
    }

    private IReadOnlyList<SettingProblem> Problems(TenantForm form, SettingsText text)
    {
        try
        {
            Configuration.Read(data.Path, SettingsFile.TextOf(With(form, text)), out var problems);
            return problems;
        }
        catch (StartException exception)
        {
            return [new(General, exception.Message, exception.Message)];
        }
    }

    private static System.Text.Json.Nodes.JsonObject With(TenantForm form, SettingsText text)
    {
        var settings = text.Settings.DeepClone().AsObject();
        form.WriteInto(settings);
        return settings;
    }

    private static string? PasswordProblem(TenantForm form, string part) => form.Places[part] switch
    {
        PasswordPlace.Keep when form.IsElsewhere(part) => "The server or the login changed. Say again where the password is: a kept one is not sent elsewhere.",
        PasswordPlace.Vault when form.Secrets[part].Trim().Length == 0 => "Put the password in.",
        PasswordPlace.Environment when !form.Names[part].Trim().StartsWith(VariablePrefix, StringComparison.Ordinal) =>
            $"From here only variables can be named that begin with {VariablePrefix}; any other one in the settings file.",
        PasswordPlace.File when !IsSecretFile(form.Names[part].Trim()) =>
            $"From here only files can be named that are in {SecretsFolder} of the data folder or in {MountedSecrets}; any other one in the settings file.",
        _ => null,
    };

    private static bool IsSecretFile(string path) =>
        !path.Contains("..", StringComparison.Ordinal)
        && (path.StartsWith(SecretsFolder, StringComparison.Ordinal) || path.StartsWith(MountedSecrets, StringComparison.Ordinal));

    private MailPassword? PasswordOf(TenantForm form, string part, SettingsText text)
    {
        if (form.Places[part] is PasswordPlace.Vault)
            return form.Secrets[part].Trim();

        var problems = new List<SettingProblem>();
        var settings = With(form, text);
        var section = form.Prefix.Length > 0 ? settings["Tenants"]?[form.Tenant] : settings;
        var server = section?.AsObject().FirstOrDefault(property => property.Key.Equals(part, StringComparison.OrdinalIgnoreCase)).Value?.AsObject();
        string? Text(string name) => server?.FirstOrDefault(property => property.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value?.ToString();
        return MailPassword.From(part, Text("Password"), Text("PasswordFrom"), form.Tenant, data.Path, new(problems))?.In(vault);
    }

    private static int DefaultPort(string part) => part == TenantField.MailIn ? 993 : 587;
}
