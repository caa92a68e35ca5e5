using Holdfast.AI.Chat;

namespace Holdfast.AI.Tests.Chat;

/// <summary>What an agent's workflow tells at its end.</summary>
public sealed record AgentReport(string Text, int Messages, IReadOnlyList<ChatAttempt> Attempts);
