namespace Holdfast.EmailSupport.Hosting;

/// <summary>A setting that cannot be used.</summary>
/// <param name="Name">The setting: <c>Tenants:acme:Imap:Host</c>.</param>
/// <param name="Sentence">What is wrong, with the setting's name.</param>
/// <param name="Beside">The same as it is told beside the setting.</param>
internal sealed record SettingProblem(string Name, string Sentence, string Beside);
