using Holdfast.AI.Tenants;
using Holdfast.EmailSupport.Mail;

namespace Holdfast.EmailSupport.Hosting;

/// <summary>The folder that holds everything, held by this process alone for as long as it runs.</summary>
internal sealed class DataFolder : IDisposable
{
    public const string KnowledgeName = "knowledge";

    private readonly FileStream held;

    private DataFolder(string path, FileStream held)
    {
        this.held = held;
        Path = path;
        Mail = new(System.IO.Path.Combine(path, "mail"));
    }

    public string Path { get; }

    public MailFolders Mail { get; }

    /// <summary>Where each tenant but the default one has a folder of its own.</summary>
    public string TenantsPath => System.IO.Path.Combine(Path, "tenants");

    public string Database => System.IO.Path.Combine(Path, "holdfast.db");

    /// <summary>What the workers share: see <see cref="AI.Database.AIDatabase"/>.</summary>
    public string AIDatabase => AIDatabaseIn(Path);

    /// <summary>What wraps the tenants' keys. Without it they cannot be read: it is to be backed up apart from the database.</summary>
    public string VaultKey => VaultKeyIn(Path);

    /// <summary>The operator's prices of models, if there are any.</summary>
    public string Prices => System.IO.Path.Combine(Path, "prices.json");

    /// <summary>The team's knowledge, as Markdown files. Each tenant has its own.</summary>
    public string Knowledge => System.IO.Path.Combine(Path, KnowledgeName);

    /// <summary>Keys that protect the dashboard's forms: kept, so that an open page survives a restart.</summary>
    public string Keys => System.IO.Path.Combine(Path, "keys");

    /// <summary>The mail folders of a tenant, made if they are missing.</summary>
    /// <exception cref="StartException">They cannot be made.</exception>
    public MailFolders MailOf(string tenant)
    {
        if (tenant == TenantNames.Default)
            return Mail;

        var folders = new MailFolders(System.IO.Path.Combine(TenantsPath, tenant, "mail"));
        try
        {
            folders.Create();
            return folders;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"The mail folders of the tenant {tenant} cannot be made: {exception.Message}", exception);
        }
    }

    /// <exception cref="StartException">It cannot be written, or another process holds it.</exception>
    public static DataFolder Open(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
            new MailFolders(System.IO.Path.Combine(path, "mail")).Create();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"The data folder {path} cannot be written: {exception.Message} Choose another with --data.", exception);
        }

        var file = System.IO.Path.Combine(path, ".lock");
        try
        {
            // The operating system lets go of it however the process ends, so a kill leaves nothing to clean up.
            return new(path, new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new StartException($"The data folder {path} cannot be written: {exception.Message} Choose another with --data.", exception);
        }
        catch (IOException exception)
        {
            throw new StartException($"The data folder {path} is in use by another process. Stop that, or choose another folder with --data.", exception);
        }
    }

    public static string AIDatabaseIn(string path) => System.IO.Path.Combine(path, "ai.db");

    public static string VaultKeyIn(string path) => System.IO.Path.Combine(path, "vault.key");

    /// <summary>Prompts of the team's own, in place of the program's.</summary>
    /// <param name="path">The data folder.</param>
    /// <param name="tenant">Null or the default tenant: those of all.</param>
    public static string PromptsIn(string path, string? tenant = null) =>
        tenant is null or TenantNames.Default ? System.IO.Path.Combine(path, "prompts") : System.IO.Path.Combine(path, "tenants", tenant, "prompts");

    public void Dispose() => held.Dispose();
}
