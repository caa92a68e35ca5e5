using Temporalio.Api.TaskQueue.V1;

namespace Holdfast.Runtime.Matching;

/// <summary>A queue as <c>DescribeTaskQueue</c> shows it.</summary>
/// <param name="Pollers">Who polled within the last five minutes, newest first.</param>
/// <param name="BacklogCount">Tasks that wait for a poller.</param>
/// <param name="BacklogAge">How long the oldest of them has waited; zero when none waits.</param>
public sealed record TaskQueueDescription(IReadOnlyList<PollerInfo> Pollers, int BacklogCount, TimeSpan BacklogAge);
