using System.Collections.Frozen;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Engine.Visibility;

/// <summary>The search attributes that exist in every namespace.</summary>
public static class KnownSearchAttributes
{
    /// <summary>Names with this prefix cannot be registered.</summary>
    public const string ReservedPrefix = "Temporal";

    private static readonly FrozenDictionary<string, SearchAttribute> SystemByName =
        Enum.GetValues<SystemAttribute>().ToFrozenDictionary(system => system.ToString(), system => new SearchAttribute(system.ToString(), TypeOf(system), system));

    /// <summary>Kept by the server alone: filters may name them, workflows and starters cannot set them.</summary>
    public static FrozenDictionary<string, IndexedValueType> System { get; } =
        SystemByName.ToFrozenDictionary(pair => pair.Key, pair => pair.Value.Type);

    /// <summary>Registered everywhere: they may stand in the search attributes of a run.</summary>
    public static FrozenDictionary<string, IndexedValueType> Predefined { get; } = new Dictionary<string, IndexedValueType>
    {
        ["TemporalChangeVersion"] = IndexedValueType.KeywordList,
        ["BinaryChecksums"] = IndexedValueType.KeywordList,
        ["BuildIds"] = IndexedValueType.KeywordList,
        ["BatcherNamespace"] = IndexedValueType.Keyword,
        ["BatcherUser"] = IndexedValueType.Keyword,
        ["TemporalScheduledStartTime"] = IndexedValueType.Datetime,
        ["TemporalScheduledById"] = IndexedValueType.Keyword,
        ["TemporalSchedulePaused"] = IndexedValueType.Bool,
        [SearchAttribute.NamespaceDivision.Name] = SearchAttribute.NamespaceDivision.Type,
        ["TemporalPauseInfo"] = IndexedValueType.KeywordList,
        ["TemporalReportedProblems"] = IndexedValueType.KeywordList,
        ["TemporalWorkerDeployment"] = IndexedValueType.Keyword,
        ["TemporalWorkerDeploymentVersion"] = IndexedValueType.Keyword,
        ["TemporalUsedWorkerDeploymentVersions"] = IndexedValueType.KeywordList,
        ["TemporalWorkflowVersioningBehavior"] = IndexedValueType.Keyword,
        ["TemporalExternalPayloadCount"] = IndexedValueType.Int,
        ["TemporalExternalPayloadSizeBytes"] = IndexedValueType.Int,
    }.ToFrozenDictionary();

    /// <summary>The attribute of that name in a namespace, or null. Predefined ones may be named without their prefix.</summary>
    public static SearchAttribute? Find(string name, NamespaceView ns)
    {
        if (SystemByName.TryGetValue(name, out var system))
            return system;
        if (ns.SearchAttributes.TryGetValue(name, out var type) || Predefined.TryGetValue(name, out type))
            return new SearchAttribute(name, type);
        return Predefined.TryGetValue(ReservedPrefix + name, out type) ? new SearchAttribute(ReservedPrefix + name, type) : null;
    }

#pragma warning disable CS8524 // All values of our own enum have names.
    private static IndexedValueType TypeOf(SystemAttribute system) => system switch
    {
        SystemAttribute.WorkflowId or SystemAttribute.RunId or SystemAttribute.WorkflowType or SystemAttribute.TaskQueue
            or SystemAttribute.ExecutionStatus or SystemAttribute.ParentWorkflowId or SystemAttribute.ParentRunId
            or SystemAttribute.RootWorkflowId or SystemAttribute.RootRunId => IndexedValueType.Keyword,
        SystemAttribute.StartTime or SystemAttribute.ExecutionTime or SystemAttribute.CloseTime => IndexedValueType.Datetime,
        SystemAttribute.ExecutionDuration or SystemAttribute.HistoryLength or SystemAttribute.HistorySizeBytes
            or SystemAttribute.StateTransitionCount => IndexedValueType.Int,
    };
#pragma warning restore CS8524
}
