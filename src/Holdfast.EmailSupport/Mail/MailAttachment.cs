namespace Holdfast.EmailSupport.Mail;

/// <summary>What is known of an attachment without opening it.</summary>
/// <param name="Name">The sender's name for it, cleaned; for showing only, never a path.</param>
/// <param name="MediaType">The type it claims to have.</param>
/// <param name="SizeBytes">Its decoded size.</param>
public sealed record MailAttachment(string Name, string MediaType, long SizeBytes);
