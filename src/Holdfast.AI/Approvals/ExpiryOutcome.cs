using System.Text.Json.Serialization;

namespace Holdfast.AI.Approvals;

/// <summary>What it means when nobody decided in time.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ExpiryOutcome>))]
public enum ExpiryOutcome
{
    /// <summary>The request expires, undecided.</summary>
    [JsonStringEnumMemberName("expire")]
    Expire,

    /// <summary>The policy approves the text as it was asked for, never an edit that did not find its quorum.</summary>
    [JsonStringEnumMemberName("approve")]
    Approve,

    /// <summary>The policy rejects.</summary>
    [JsonStringEnumMemberName("reject")]
    Reject,
}
