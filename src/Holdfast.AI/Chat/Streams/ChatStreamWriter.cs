using Microsoft.Extensions.AI;

namespace Holdfast.AI.Chat;

/// <summary>Shows one attempt of a model call to whoever watches.</summary>
internal sealed class ChatStreamWriter(ChatStream stream, string call, int attempt, string model)
{
    private bool begun;

    /// <summary>A provider is asked, the first one of this attempt or another in its place.</summary>
    public void Begin()
    {
        if (stream.Begin(call, attempt))
            Add(begun || attempt > 1 ? ChatStreamEventKind.Restarted : ChatStreamEventKind.Started);
        begun = true;
    }

    public void Update(ChatResponseUpdate update)
    {
        foreach (var content in update.Contents)
        {
            switch (content)
            {
                case TextContent { Text.Length: > 0 } text:
                    Add(ChatStreamEventKind.Text, text.Text);
                    break;
                case TextReasoningContent { Text.Length: > 0 } reasoning:
                    Add(ChatStreamEventKind.Reasoning, reasoning.Text);
                    break;
                case FunctionCallContent tool:
                    Add(ChatStreamEventKind.Tool, tool.Name);
                    break;
            }
        }
    }

    public void Completed() => Add(ChatStreamEventKind.Completed);

    public void Failed(string why) => Add(ChatStreamEventKind.Failed, why);

    private void Add(ChatStreamEventKind kind, string text = "") =>
        stream.Add(new() { Id = "", Kind = kind, Call = call, Attempt = attempt, Model = model, Text = text });
}
