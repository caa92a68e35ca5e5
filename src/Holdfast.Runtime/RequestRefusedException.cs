using Holdfast.Engine;

namespace Holdfast.Runtime;

/// <summary>
/// A read or a watch could not be served: the shard is reloading or overloaded (<see cref="RefusalCode.Unavailable"/>,
/// <see cref="RefusalCode.ResourceExhausted"/>: try again), or the run's stored data is damaged (<see cref="RefusalCode.DataLoss"/>).
/// </summary>
public sealed class RequestRefusedException(Refusal refusal) : Exception(refusal.Message)
{
    public Refusal Refusal { get; } = refusal;
}
