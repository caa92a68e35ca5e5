using System.Globalization;
using System.Reflection;
using Holdfast.EmailSupport.Hosting;

namespace Holdfast.EmailSupport.Prompts;

/// <summary>
/// The prompts: those that come with the program, and those of a folder, which go before. Both are files <c>NAME/VERSION.md</c>, and the
/// highest version is used.
/// </summary>
internal sealed class PromptLibrary
{
    public const string Reader = "support-reader";
    public const string Writer = "support-writer";

    private const string Resources = "Prompts/";
    private const int MaxLength = 50_000;

    private static readonly string[] Names = [Reader, Writer];

    private readonly Dictionary<string, Prompt> prompts;

    private PromptLibrary(IEnumerable<Prompt> prompts) =>
        this.prompts = prompts.GroupBy(prompt => prompt.Name).ToDictionary(versions => versions.Key, versions => versions.MaxBy(prompt => prompt.Version)!);

    /// <summary>Those that come with the program.</summary>
    public static PromptLibrary Own { get; } = new(Embedded());

    /// <summary>The version that is used for new mail.</summary>
    public Prompt this[string name] => prompts[name];

    /// <summary>Those of a folder, where it has some, otherwise the program's own.</summary>
    /// <exception cref="StartException">A file is not what it should be; the message names it.</exception>
    public static PromptLibrary Read(string folder) => Own.With(folder);

    /// <summary>Those of a folder, where it has some, otherwise these. A name that the folder has is the folder's alone, whatever the versions are.</summary>
    /// <exception cref="StartException">A file is not what it should be; the message names it.</exception>
    public PromptLibrary With(string folder)
    {
        if (!Directory.Exists(folder))
            return this;

        var given = Directory.EnumerateDirectories(folder).SelectMany(OfFolder).ToList();
        return new([.. prompts.Values.Where(own => given.All(prompt => prompt.Name != own.Name)), .. given]);
    }

    private static IEnumerable<Prompt> OfFolder(string folder)
    {
        var name = Path.GetFileName(folder);
        if (!Names.Contains(name))
            throw new StartException($"There is no prompt \"{name}\" ({folder}). The prompts are {string.Join(" and ", Names)}.");
        return Directory.EnumerateFiles(folder).Select(file => OfFile(name, file));
    }

    private static Prompt OfFile(string name, string file)
    {
        if (VersionOf(Path.GetFileName(file)) is not { } version)
            throw new StartException($"The prompt {file} must be named by its version: 1.md, 2.md, ….");

        var text = File.ReadAllText(file).ReplaceLineEndings("\n").Trim();
        return text.Length is > 0 and <= MaxLength
            ? new(name, version, text)
            : throw new StartException($"The prompt {file} has {text.Length} characters; it must have 1 to {MaxLength}.");
    }

    private static int? VersionOf(string file) =>
        file.EndsWith(".md", StringComparison.Ordinal) && int.TryParse(file[..^3], NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > 0
            ? version
            : null;

    private static IEnumerable<Prompt> Embedded()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Resources, StringComparison.Ordinal)))
        {
            var parts = resource[Resources.Length..].Split('/', '\\');
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            yield return new(parts[0], VersionOf(parts[1])!.Value, reader.ReadToEnd().ReplaceLineEndings("\n").Trim());
        }
    }
}
