using System.Text.Json;
using Holdfast.EmailSupport.Knowledge;
using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Prompts;
using Holdfast.EmailSupport.Triage;
using Microsoft.Extensions.AI;

namespace Holdfast.EmailSupport.Tests.Triage;

/// <summary>What is said to a model by the program's own prompts, and what a model says.</summary>
internal static class Said
{
    public static IReadOnlyList<ChatMessage> ToReader(EmailMessage email) => SupportPrompts.ToReader(PromptLibrary.Own[PromptLibrary.Reader], email);

    public static IReadOnlyList<ChatMessage> ToWriter(EmailMessage email, Classification classification, params IReadOnlyList<Passage> passages) =>
        SupportPrompts.ToWriter(PromptLibrary.Own[PromptLibrary.Writer], email, classification, passages, "Desk");

    public static ChatResponse Answer(string text) => new(new ChatMessage(ChatRole.Assistant, text)) { ModelId = "m" };

    /// <summary>A writer's answer.</summary>
    public static ChatResponse Reply(string reply, double confidence = 0.9, params string[] citations) =>
        Answer(JsonSerializer.Serialize(new { reply, citations, confidence }));

    /// <summary>What becomes of it when no other answer is asked for.</summary>
    public static Draft Drafted(string reply) => WriterAnswer.Parse(Reply(reply), [], lastWord: true);

    public static IReadOnlyList<string> Reasons(EmailMessage email, Classification classification, Draft draft, HandlingPolicy? policy = null, RepliesSoFar? soFar = null) =>
        ApprovalRules.Reasons(ApprovalRules.Decide(email, classification, draft, policy ?? new(), soFar));
}
