namespace Holdfast.Runtime.Matching;

/// <summary>
/// Counts the tasks that wait in all queues of this process, and says when there are enough. A bound on what is taken in, not on what is kept: a task that
/// its run owes already always has its place, since it could otherwise reach nobody.
/// </summary>
/// <param name="most">From here on, queues with a long backlog get nothing more.</param>
internal sealed class BacklogBound(int most)
{
    // Whose backlog is shorter than this part of all is not what fills the memory: work for other workers goes on while some are gone.
    private const int Share = 20;

    // Many queues with short backlogs come to as much as one with a long one.
    private const int MostOfAll = 2;

    private int waiting;

    public int Waiting => Volatile.Read(ref waiting);

    public bool IsReached => Waiting >= most;

    public void Add() => Interlocked.Increment(ref waiting);

    public void Remove(int tasks) => Interlocked.Add(ref waiting, -tasks);

    /// <summary>Whether a queue that has this many tasks waiting must get no more now.</summary>
    public bool Refuses(int ofQueue)
    {
        var all = Waiting;
        return all >= most && (ofQueue >= Math.Max(1, most / Share) || all >= (long)most * MostOfAll);
    }
}
