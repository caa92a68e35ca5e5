namespace Holdfast.EmailSupport.Knowledge;

/// <summary>What the team's knowledge is searched for.</summary>
public sealed record KnowledgeQuestion(string Subject, string Text, string Summary);
