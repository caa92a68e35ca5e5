using System.Text.Json.Serialization;

namespace Holdfast.EmailSupport.Mail;

/// <summary>What is known of an attachment without opening it, but for its first bytes.</summary>
/// <param name="Name">The sender's name for it, cleaned; for showing only, never a path.</param>
/// <param name="MediaType">The type it claims to have.</param>
/// <param name="SizeBytes">Its decoded size.</param>
/// <param name="Sha256">The hash of its bytes: its name in the folder of attachments. Null when it was not kept.</param>
/// <param name="Warning">What is suspicious about it, as a sentence; null when nothing is.</param>
public sealed record MailAttachment(
    string Name,
    string MediaType,
    long SizeBytes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Sha256 = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Warning = null);
