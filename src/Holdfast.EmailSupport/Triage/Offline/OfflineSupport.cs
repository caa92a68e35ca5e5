using System.Text.Json;
using Holdfast.EmailSupport.Knowledge;
using Microsoft.Extensions.AI;

namespace Holdfast.EmailSupport.Triage.Offline;

/// <summary>
/// Answers the two prompts by rules, so that the whole flow runs on a machine without a model. It knows keywords, four languages
/// and a few answers; whatever it does not know it gives to a person.
/// </summary>
internal static class OfflineSupport
{
    public static string Answer(IReadOnlyList<ChatMessage> messages)
    {
        var data = messages[^1].Text;
        var mail = SupportPrompts.Untag<PromptMail>("email", data)
            ?? throw new InvalidOperationException("The offline rules answer only the prompts of the support desk.");
        return SupportPrompts.Untag<PromptClassification>("classification", data) is { } classification
            ? JsonSerializer.Serialize(OfflineWriter.Write(
                mail, classification, SupportPrompts.Untag<Passage[]>("knowledge", data) ?? [], SupportPrompts.Untag<string>("signature", data) ?? ""))
            : JsonSerializer.Serialize(OfflineReader.Read(mail));
    }
}
