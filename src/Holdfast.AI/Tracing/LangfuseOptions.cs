using Holdfast.AI.Tenants;

namespace Holdfast.AI.Tracing;

/// <summary>Where traces go, and what of them.</summary>
public sealed class LangfuseOptions
{
    /// <summary>The address of Langfuse, without a path.</summary>
    public Uri BaseUrl { get; set; } = new("https://cloud.langfuse.com");

    /// <summary>The project's public key: <c>pk-lf-…</c>.</summary>
    public string PublicKey { get; set; } = "";

    /// <summary>The project's secret key: <c>sk-lf-…</c>. It is in no span, database or log.</summary>
    public string SecretKey { get; set; } = "";

    /// <summary>Langfuse's environment: lower case letters, digits, <c>-</c> and <c>_</c>, at most 40. Null: Langfuse's default.</summary>
    public string? Environment { get; set; }

    /// <summary>The release of the program; null: none.</summary>
    public string? Release { get; set; }

    /// <summary>The program's name.</summary>
    public string ServiceName { get; set; } = "holdfast-worker";

    /// <summary>Whether what is asked and answered is exported. When not: names, times, models, tokens and costs alone.</summary>
    public bool Content { get; set; } = true;

    /// <summary>
    /// Takes out of a text what must not leave: called for each text of inputs, outputs, metadata and error messages before they are
    /// written anywhere. Keys that look like keys are taken out besides. If it throws, the whole text is left out.
    /// </summary>
    public Func<string, string>? Mask { get; set; }

    /// <summary>The user, tags and so on of a run's trace. It must tell the same each time it is asked about a run.</summary>
    public Func<TracedRun, TraceLabels>? Label { get; set; }

    /// <summary>
    /// Projects of tenants' own, by the tenant's name. What a run of theirs tells goes there alone; one that cannot be reached holds up no other. Prompts are fetched
    /// from the project of all. All else that is settled here holds for them too.
    /// </summary>
    public IDictionary<string, LangfuseProject> TenantProjects { get; } = new Dictionary<string, LangfuseProject>(StringComparer.Ordinal);

    /// <summary>The most characters of an input or an output. What is longer is cut, and says so.</summary>
    public int MaxContentLength { get; set; } = 200_000;

    /// <summary>The longest wait for an answer of Langfuse.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long spans are gathered before they are sent.</summary>
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The most bytes that wait for a Langfuse that cannot be reached. Beyond, the oldest are given up, and counted
    /// (<see cref="TracingHealth.GivenUp"/>). The default of 2 GB holds some days of ten model calls a second.
    /// </summary>
    public long MaxWaitingBytes { get; set; } = 2_000_000_000;

    /// <summary>
    /// Whether this program writes the roots and approvals of closed runs. Programs that share an AI database agree on it by themselves; where the
    /// workers of a task queue have several databases, leave it on for one of them.
    /// </summary>
    public bool ClosedRuns { get; set; } = true;

    /// <summary>How often closed runs are looked for, whose root spans and approvals are then written.</summary>
    public TimeSpan ClosedRunsInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Names the address and no key.</summary>
    public override string ToString() => BaseUrl.ToString();

    /// <summary>The name of the project that a tenant's runs go to; empty: the one of all.</summary>
    internal string ProjectOf(string? tenant) => tenant is not null && TenantProjects.ContainsKey(tenant) ? tenant : "";

    /// <summary>Whether what is asked and answered in a tenant's runs is exported.</summary>
    internal bool ShowsContent(string? tenant) => Content && (tenant is null || !TenantProjects.TryGetValue(tenant, out var project) || project.Content);

    private static void Check(Uri? address, string publicKey, string secretKey)
    {
        if (address is not { IsAbsoluteUri: true, Scheme: "http" or "https" })
            throw new ArgumentException($"Langfuse's BaseUrl is \"{address}\"; it must be an http or https address.");
        if (string.IsNullOrWhiteSpace(publicKey) || string.IsNullOrWhiteSpace(secretKey))
            throw new ArgumentException("Langfuse needs both keys of a project: PublicKey (pk-lf-…) and SecretKey (sk-lf-…).");
    }

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">One cannot be used; the message names it.</exception>
    public void Check()
    {
        Check(BaseUrl, PublicKey, SecretKey);
        foreach (var (tenant, project) in TenantProjects)
        {
            // It names a file beside the database.
            if (!TenantNames.IsValid(tenant))
                throw new ArgumentException($"Langfuse has a project of \"{tenant}\", which is no name of a tenant.");
            Check(project.BaseUrl, project.PublicKey, project.SecretKey);
        }

        if (Environment is { } name && (name.Length is 0 or > 40 || name.StartsWith("langfuse", StringComparison.Ordinal) || !name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '-' or '_')))
            throw new ArgumentException($"Langfuse's Environment is \"{name}\"; it must have 1 to 40 lower case letters, digits, - and _, and not begin with \"langfuse\".");
        if (MaxContentLength < 100)
            throw new ArgumentException($"Langfuse's MaxContentLength is {MaxContentLength}; it must be at least 100 characters.");
        if (Timeout <= TimeSpan.Zero || FlushInterval < TimeSpan.Zero || ClosedRunsInterval <= TimeSpan.Zero)
            throw new ArgumentException("Langfuse's Timeout, FlushInterval and ClosedRunsInterval must be longer than nothing.");
    }
}
