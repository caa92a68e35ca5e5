namespace Holdfast.EmailSupport.Knowledge;

/// <summary>What was found, best first. It is kept in the history, so that what a reply was drawn from can be read later, whatever became of the file.</summary>
public sealed record KnowledgeFound(IReadOnlyList<Passage> Passages);
