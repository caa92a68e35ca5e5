using Holdfast.Dashboard.Approvals;
using Holdfast.Dashboard.Decoding;
using Temporalio.Api.Common.V1;

namespace Holdfast.Dashboard.Workflows;

/// <summary>A memo on one line of a list: what the workflow's author noted so that people know one workflow from another.</summary>
internal static class MemoText
{
    private const int MostValues = 3;
    private const int LongestValue = 100;

    /// <summary>The values that are text, by the names of their fields; the names alone would say little on one line.</summary>
    public static string Of(Memo? memo) => memo is null
        ? ""
        : string.Join(" · ", memo.Fields
            .Where(field => field.Key != ApprovalConvention.MemoKey && IsText(field.Value))
            .OrderBy(field => field.Key, StringComparer.Ordinal)
            .Take(MostValues)
            .Select(field => PayloadDecoder.OneLine(field.Value, LongestValue)));

    private static bool IsText(Payload value) =>
        PayloadDecoder.Decode(value) is { Form: PayloadForm.Json, Text: ['"', not '"', ..] };
}
