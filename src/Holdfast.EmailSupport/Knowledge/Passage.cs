namespace Holdfast.EmailSupport.Knowledge;

/// <summary>A piece of the team's knowledge, as it was when it was looked up.</summary>
/// <param name="Id">The file and the heading: <c>billing#charged-twice</c>.</param>
/// <param name="Title">The headings above it.</param>
/// <param name="Text">Markdown.</param>
public sealed record Passage(string Id, string Title, string Text);
