using Microsoft.Extensions.AI;

namespace Holdfast.AI.Models;

/// <summary>A client that the application makes.</summary>
internal sealed class CustomProvider(string name, Func<IServiceProvider, string, IChatClient> create) : ChatProvider(name, credential: null)
{
    public override IChatClient Connect(ChatConnection connection) => create(connection.Services, connection.Model);
}
