using Holdfast.AI.Chat;
using Microsoft.Extensions.AI;
using Temporalio.Workflows;

namespace Holdfast.AI.Benchmarks;

/// <summary>Asks, keeps the answer, and asks again.</summary>
[Workflow]
public sealed class LongTalk
{
    public const string Model = "agent";

    /// <returns>How many letters the conversation has.</returns>
    [WorkflowRun]
    public async Task<int> RunAsync(int calls)
    {
        var chat = DurableChat.Client(Model);
        List<ChatMessage> conversation = [new(ChatRole.System, "You are at work on a long task.")];
        for (var call = 0; call < calls; call++)
        {
            conversation.Add(new(ChatRole.User, "Go on."));
            conversation.AddRange((await chat.GetResponseAsync(conversation)).Messages);
        }

        return conversation.Sum(message => message.Text.Length);
    }
}
