using System.Text.Json.Serialization;

namespace Holdfast.AI.Approvals;

/// <summary>Where a request for approval stands. Every state but <see cref="Pending"/> is final.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ApprovalState>))]
public enum ApprovalState
{
    /// <summary>It waits for a human.</summary>
    [JsonStringEnumMemberName("pending")]
    Pending,

    /// <summary>A human allowed it, perhaps after editing the content.</summary>
    [JsonStringEnumMemberName("approved")]
    Approved,

    /// <summary>A human refused it.</summary>
    [JsonStringEnumMemberName("rejected")]
    Rejected,

    /// <summary>Nobody decided in time, or the workflow stopped waiting. What was asked for must not happen.</summary>
    [JsonStringEnumMemberName("expired")]
    Expired,
}
