using System.Text.Json.Serialization;

namespace Holdfast.EmailSupport.Mail.Imap;

/// <summary>What is going on with a mailbox.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MailboxStep>))]
internal enum MailboxStep
{
    [JsonStringEnumMemberName("connecting")]
    Connecting,

    [JsonStringEnumMemberName("connected")]
    Connected,

    /// <summary>It cannot be reached; it is tried again and again.</summary>
    [JsonStringEnumMemberName("down")]
    Down,

    /// <summary>It refuses the login; it is tried seldom, and a person must mend something.</summary>
    [JsonStringEnumMemberName("parked")]
    Parked,
}
