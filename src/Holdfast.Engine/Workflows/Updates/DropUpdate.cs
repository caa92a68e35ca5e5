using System.Collections.Immutable;
using Google.Protobuf;
using Holdfast.Engine.Journal;
using Temporalio.Api.Failure.V1;

namespace Holdfast.Engine.Workflows.Updates;

/// <summary>An update that the workflow did not accept. It leaves no event, as if it had never been there.</summary>
internal static class DropUpdate
{
    /// <summary>
    /// Rejections that a run remembers for callers who still wait or ask again. A workflow that refuses most of what it is asked must
    /// not grow with it.
    /// </summary>
    private const int KeptRejections = 100;

    public static void Reject(Turn turn, string updateId, Failure? failure) => turn.Record(new StoredRecord
    {
        UpdateDropped = new UpdateDropped
        {
            UpdateId = updateId,
            // No bytes mean "aborted", so a rejection always has some.
            Failure = (failure is { } given && given.CalculateSize() > 0 ? given : Unexplained()).ToByteString(),
        },
    });

    public static MutableState Apply(MutableState state, UpdateDropped dropped)
    {
        var update = state.Updates[dropped.UpdateId];
        Invariant.Holds(update.WaitsForWorker);
        if (dropped.Failure.IsEmpty)
            return state with { Updates = state.Updates.Remove(dropped.UpdateId) };

        var rejected = update with
        {
            Stage = UpdateStage.Rejected,
            Request = null,
            Rejection = Failure.Parser.ParseFrom(dropped.Failure),
        };
        return state with { Updates = ForgetOldest(state.Updates.SetItem(dropped.UpdateId, rejected)) };
    }

    private static ImmutableDictionary<string, UpdateState> ForgetOldest(ImmutableDictionary<string, UpdateState> updates)
    {
        var rejected = updates.Values.Where(update => update.Stage == UpdateStage.Rejected).ToList();
        return rejected.Count <= KeptRejections ? updates : updates.Remove(rejected.MinBy(update => update.Order)!.UpdateId);
    }

    private static Failure Unexplained() => new() { Message = "Workflow Update was rejected." };
}
