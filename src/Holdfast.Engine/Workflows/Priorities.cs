using Temporalio.Api.Common.V1;

namespace Holdfast.Engine.Workflows;

/// <summary>Priorities are inherited field by field: what an activity or child leaves open, its workflow decides.</summary>
internal static class Priorities
{
    public static Priority? Inherited(Priority? own, Priority? parent)
    {
        if (own is null || parent is null)
            return own ?? parent;
        return new Priority
        {
            PriorityKey = own.PriorityKey != 0 ? own.PriorityKey : parent.PriorityKey,
            FairnessKey = own.FairnessKey.Length > 0 ? own.FairnessKey : parent.FairnessKey,
            FairnessWeight = own.FairnessWeight != 0 ? own.FairnessWeight : parent.FairnessWeight,
        };
    }
}
