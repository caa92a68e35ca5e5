using System.Collections.Concurrent;

namespace Holdfast.Storage.Sqlite;

/// <summary>Lends out read connections; opens them as they are needed.</summary>
internal sealed class ReaderPool(DatabaseFile file, StoredIds ids) : IAsyncDisposable
{
    // More readers than cores only take each other's time; each costs a page cache of 2 MB at most.
    private const int MaxReaders = 8;

    private readonly SemaphoreSlim free = new(MaxReaders);
    private readonly ConcurrentStack<Reader> idle = new();

    public async ValueTask<T> ReadAsync<T>(Func<Reader, T> read, CancellationToken cancellation)
    {
        await free.WaitAsync(cancellation);
        try
        {
            if (!idle.TryPop(out var reader))
                reader = new Reader(file.ConnectToRead(), ids);
            try
            {
                return read(reader);
            }
            finally
            {
                idle.Push(reader);
            }
        }
        finally
        {
            free.Release();
        }
    }

    /// <summary>Waits for the reads that are under way; later ones fail.</summary>
    public async ValueTask DisposeAsync()
    {
        for (var i = 0; i < MaxReaders; i++)
            await free.WaitAsync();
        while (idle.TryPop(out var reader))
            reader.Dispose();
        free.Dispose();
    }
}
