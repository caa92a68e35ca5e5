using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Dashboard.Approvals;

/// <summary>The JSON of the approval convention: what every SDK's default converter reads and writes.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<Approval>))]
[JsonSerializable(typeof(ApprovalMemo))]
[JsonSerializable(typeof(DecideRequest))]
[JsonSerializable(typeof(ApprovalAnswers.Inbox))]
[JsonSerializable(typeof(ApprovalAnswers.Whole))]
[JsonSerializable(typeof(ApprovalAnswers.Decision))]
[JsonSerializable(typeof(ApprovalAnswers.Refusal))]
internal sealed partial class ApprovalJson : JsonSerializerContext;
