namespace Holdfast.AI.Tracing;

/// <summary>A tenant's own project in Langfuse: what its runs tell goes there and nowhere else.</summary>
public sealed class LangfuseProject
{
    /// <summary>The address of Langfuse, without a path.</summary>
    public Uri BaseUrl { get; set; } = new("https://cloud.langfuse.com");

    /// <summary>The project's public key: <c>pk-lf-…</c>.</summary>
    public string PublicKey { get; set; } = "";

    /// <summary>The project's secret key: <c>sk-lf-…</c>. It is in no span, database or log.</summary>
    public string SecretKey { get; set; } = "";

    /// <summary>Whether what is asked and answered is exported. It is not where <see cref="LangfuseOptions.Content"/> says so for all.</summary>
    public bool Content { get; set; } = true;

    /// <summary>Names the address and no key.</summary>
    public override string ToString() => BaseUrl.ToString();
}
