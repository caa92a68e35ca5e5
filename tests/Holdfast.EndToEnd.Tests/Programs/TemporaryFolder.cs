namespace Holdfast.EndToEnd.Tests.Programs;

/// <summary>A folder that is gone, with all in it, when the test deletes it at its end.</summary>
internal sealed class TemporaryFolder
{
    public string FullName { get; } = Directory.CreateTempSubdirectory("holdfast-end-to-end-").FullName;

    public string this[string name] => Path.Combine(FullName, name);

    public void Delete() => Directory.Delete(FullName, recursive: true);
}
