using Microsoft.Extensions.AI;

namespace Holdfast.AI.Models;

/// <summary>Answers a conversation by rules, in place of a model. The same messages must give the same answer.</summary>
public delegate string OfflineAnswer(IReadOnlyList<ChatMessage> messages);
