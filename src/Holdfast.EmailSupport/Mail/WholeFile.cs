namespace Holdfast.EmailSupport.Mail;

/// <summary>Writes files that appear whole or not at all: written beside, flushed to the disk, then renamed.</summary>
internal static class WholeFile
{
    private static long written;

    /// <param name="partials">The folder of the half-written file, on the same volume; null: beside the file.</param>
    /// <param name="overwrite">Whether to take the place of a file that is there.</param>
    /// <exception cref="IOException">It cannot be written, or there is one and it may not be replaced.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, string? partials = null, bool overwrite = true)
    {
        // Of its own name each time: an attempt that was given up may still be writing its own.
        var partial = Path.Combine(
            partials ?? Path.GetDirectoryName(path)!,
            $"{Path.GetFileName(path)}.{Environment.ProcessId}.{Interlocked.Increment(ref written)}.tmp");
        try
        {
            using (var file = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            File.Move(partial, path, overwrite);
        }
        catch (IOException)
        {
            File.Delete(partial);
            throw;
        }
    }
}
