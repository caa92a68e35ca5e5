using Google.Protobuf;
using Holdfast.Engine.Journal;
using Temporalio.Api.Update.V1;

namespace Holdfast.Engine.Workflows.Updates;

/// <summary>
/// The server takes an update. Kept as an internal fact: the history shows an update only once the workflow has accepted it, but a
/// caller who was told "admitted" must find it admitted after a restart.
/// </summary>
internal static class AdmitUpdate
{
    public static void Record(Turn turn, Request request) => turn.Record(new StoredRecord
    {
        UpdateAdmitted = new UpdateAdmitted
        {
            UpdateId = request.Meta.UpdateId,
            Request = request.ToByteString(),
            AdmittedTime = turn.Context.NowTimestamp,
        },
    });

    public static MutableState Apply(MutableState state, UpdateAdmitted admitted)
    {
        Invariant.Holds(!state.Updates.TryGetValue(admitted.UpdateId, out var known) || known.Stage == UpdateStage.Rejected);
        return state with
        {
            Updates = state.Updates.SetItem(admitted.UpdateId, new UpdateState
            {
                UpdateId = admitted.UpdateId,
                Stage = UpdateStage.Admitted,
                Request = Request.Parser.ParseFrom(admitted.Request),
                AdmittedTime = admitted.AdmittedTime.ToDateTime(),
                Order = state.Updates.IsEmpty ? 0 : state.Updates.Values.Max(update => update.Order) + 1,
            }),
        };
    }
}
