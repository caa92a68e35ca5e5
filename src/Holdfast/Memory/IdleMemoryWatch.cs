namespace Holdfast.Memory;

/// <summary>Decides when an idle server collects: at rest, with much to give back, and once after each burst.</summary>
internal sealed class IdleMemoryWatch
{
    // An idle server with its polls allocates less than a megabyte between two looks; 100 workflows allocate about as much as this.
    private const long RestBytes = 32 * 1024 * 1024;

    // Below it there is little to give back.
    private const long FewestCommittedBytes = 128 * 1024 * 1024;

    private long allocatedBefore;
    private bool isBurstOver = true;

    /// <summary>To be asked at even times.</summary>
    /// <param name="allocated">Bytes allocated since the process began.</param>
    /// <param name="committed">Bytes that the garbage collector has of the operating system.</param>
    public bool IsTimeToCollect(long allocated, long committed)
    {
        var isAtRest = allocated - allocatedBefore < RestBytes;
        allocatedBefore = allocated;
        if (!isAtRest)
        {
            isBurstOver = false;
            return false;
        }

        if (isBurstOver || committed < FewestCommittedBytes)
            return false;
        isBurstOver = true;
        return true;
    }
}
