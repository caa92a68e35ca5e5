using System.Text.Json.Serialization;

namespace Holdfast.EmailSupport.Triage;

/// <summary>What an e-mail is about.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EmailCategory>))]
public enum EmailCategory
{
    /// <summary>None of the others, or it could not be told.</summary>
    [JsonStringEnumMemberName("other")]
    Other,

    [JsonStringEnumMemberName("billing")]
    Billing,

    [JsonStringEnumMemberName("bug")]
    Bug,

    [JsonStringEnumMemberName("complaint")]
    Complaint,

    [JsonStringEnumMemberName("question")]
    Question,

    [JsonStringEnumMemberName("thanks")]
    Thanks,

    /// <summary>Unwanted mail. It is never answered.</summary>
    [JsonStringEnumMemberName("spam")]
    Spam,

    /// <summary>Written by a machine. It is never answered.</summary>
    [JsonStringEnumMemberName("auto-reply")]
    AutoReply,
}
