using Holdfast.AI.Search;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Exceptions;

namespace Holdfast.AI.Costs;

/// <summary>
/// The search attributes by which runs are found by what their model calls cost. A run has them from its first answered call on; they add up
/// over all its calls, and over continue-as-new. Off until they are known to be registered: a workflow that sets one that is not would
/// fail its tasks.
/// </summary>
/// <remarks>
/// Each answered call then adds one event to its run's history. Whether it does is recorded with the answer, so that runs are replayed
/// as they went, whatever is switched meanwhile.
/// </remarks>
public sealed class CostAttributes
{
    /// <summary>Double: the known costs in US dollars.</summary>
    public const string CostUsd = "AiCostUsd";

    /// <summary>Bool: true when there were requests whose cost is not known, so that the whole is more than <see cref="CostUsd"/> or may be.</summary>
    public const string CostIncomplete = "AiCostIncomplete";

    /// <summary>Int: all tokens that were sent, as far as they are known.</summary>
    public const string TokensIn = "AiTokensIn";

    /// <summary>Int: all tokens of the answers, as far as they are known.</summary>
    public const string TokensOut = "AiTokensOut";

    /// <summary>Keyword: the model that answered last, by its provider's id.</summary>
    public const string Model = "AiModel";

    internal static readonly SearchAttributeKey<double> CostUsdKey = SearchAttributeKey.CreateDouble(CostUsd);
    internal static readonly SearchAttributeKey<bool> CostIncompleteKey = SearchAttributeKey.CreateBool(CostIncomplete);
    internal static readonly SearchAttributeKey<long> TokensInKey = SearchAttributeKey.CreateLong(TokensIn);
    internal static readonly SearchAttributeKey<long> TokensOutKey = SearchAttributeKey.CreateLong(TokensOut);
    internal static readonly SearchAttributeKey<string> ModelKey = SearchAttributeKey.CreateKeyword(Model);

    private volatile bool isOn;

    /// <summary>Whether the model calls of this worker set them.</summary>
    public bool IsOn
    {
        get => isOn;
        // Where somebody else has registered them, as an administrator of a hosted server does.
        set => isOn = value;
    }

    /// <summary>Registers them in the client's namespace, which changes nothing when they are there, and switches them on.</summary>
    /// <exception cref="RpcException">The server refused. Some hosted servers let only an administrator do this, by other means.</exception>
    public async Task RegisterAsync(ITemporalClient client, CancellationToken cancellationToken = default)
    {
        await SearchAttributes.EnsureAsync(client, CostUsd, IndexedValueType.Double, cancellationToken);
        await SearchAttributes.EnsureAsync(client, CostIncomplete, IndexedValueType.Bool, cancellationToken);
        await SearchAttributes.EnsureAsync(client, TokensIn, IndexedValueType.Int, cancellationToken);
        await SearchAttributes.EnsureAsync(client, TokensOut, IndexedValueType.Int, cancellationToken);
        await SearchAttributes.EnsureAsync(client, Model, IndexedValueType.Keyword, cancellationToken);
        IsOn = true;
    }
}
