using System.Text.Json.Serialization;

namespace Holdfast.EmailSupport.Workflows;

/// <summary>Where an e-mail stands. The last six are final.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EmailStep>))]
public enum EmailStep
{
    [JsonStringEnumMemberName("classifying")]
    Classifying,

    /// <summary>The team's knowledge is searched.</summary>
    [JsonStringEnumMemberName("looking up")]
    LookingUp,

    [JsonStringEnumMemberName("drafting")]
    Drafting,

    [JsonStringEnumMemberName("waiting for approval")]
    WaitingForApproval,

    [JsonStringEnumMemberName("sending")]
    Sending,

    /// <summary>A reply went out; the case stays open for a while, for the customer's answer or a bounce.</summary>
    [JsonStringEnumMemberName("waiting for the customer")]
    WaitingForCustomer,

    /// <summary>A reply went out.</summary>
    [JsonStringEnumMemberName("answered")]
    Answered,

    /// <summary>It gets no answer: a machine wrote it, or it is spam.</summary>
    [JsonStringEnumMemberName("not answered")]
    NotAnswered,

    /// <summary>A person refused the reply.</summary>
    [JsonStringEnumMemberName("rejected")]
    Rejected,

    /// <summary>Nobody approved in time, so nothing was sent.</summary>
    [JsonStringEnumMemberName("expired")]
    Expired,

    /// <summary>The mail belongs to another case, which is open and took it over.</summary>
    [JsonStringEnumMemberName("joined")]
    Joined,

    /// <summary>The reply could not be delivered.</summary>
    [JsonStringEnumMemberName("undeliverable")]
    Undeliverable,
}
