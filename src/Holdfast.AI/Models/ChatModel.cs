using Microsoft.Extensions.AI;

namespace Holdfast.AI.Models;

/// <summary>The model that an application talks to, and what it must tell people about it.</summary>
/// <param name="Client">Where to send the messages. Its failures are <see cref="ModelException"/>s.</param>
/// <param name="Name">The model's id, shown wherever its words are shown.</param>
/// <param name="Notice">What a reader must know about these words; null for a real model.</param>
public sealed record ChatModel(IChatClient Client, string Name, string? Notice) : IDisposable
{
    public void Dispose() => Client.Dispose();
}
