using System.Text.Json.Serialization;

namespace Holdfast.EmailSupport.Triage;

/// <summary>When a person must approve a reply.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ApprovalMode>))]
public enum ApprovalMode
{
    /// <summary>When the classification or a rule says so.</summary>
    WhenNeeded,

    /// <summary>Every reply.</summary>
    Always,
}
