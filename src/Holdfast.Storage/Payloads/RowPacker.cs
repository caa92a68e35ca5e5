using Holdfast.Engine;
using Holdfast.Engine.Journal;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Holdfast.Storage.Payloads;

/// <summary>
/// Compresses the rows of closed runs with a dictionary that is trained on the store's own: what all of its workflows have in common is then stored once. Until there are enough
/// rows to learn from, they are compressed by themselves. Now and then a new dictionary is tried on what comes in, and taken if it is better. May be called from any thread.
/// </summary>
public sealed class RowPacker : IDisposable
{
    // Measured on three-activity e-mail workflows of 18,200 bytes: Brotli 3,810; with a dictionary of 110 KB zstd makes 2,910 at level 6, 2,740 at 12, 2,600 at 15 in a
    // millisecond, and 2,590 at 19 in four.
    private const int Level = 15;
    private const int DictionaryBytes = 110 * 1024;

    // One half to learn from, one to try on. Of longer rows the beginning.
    private const int SamplesNeeded = 512;
    private const int LongestSample = 32 * 1024;

    // Once there is a dictionary: a second of work for each 16,384 rows.
    private const int RowsPerSample = 32;

    // Dictionaries are kept for ever, so another one must be worth it.
    private const double Better = 0.95;

    private readonly Func<byte[], int> save;
    private readonly Lock working = new();
    private readonly List<byte[]> samples = [];
    private Compressor? compressor;
    private Decompressor? decompressor;
    private int number;
    private long rows;

    /// <param name="newest">The store's newest dictionary, if it has any.</param>
    /// <param name="save">Makes a dictionary durable, and gives it its number.</param>
    public RowPacker((int Number, byte[] Bytes)? newest, Func<byte[], int> save)
    {
        this.save = save;
        if (newest is { } dictionary)
            Take(dictionary.Number, dictionary.Bytes);
    }

    /// <summary>A plain row, compressed.</summary>
    public ReadOnlyMemory<byte> Pack(ReadOnlyMemory<byte> row)
    {
        lock (working)
        {
            if (compressor is null || rows++ % RowsPerSample == 0)
                samples.Add(row.Length <= LongestSample ? row.ToArray() : row[..LongestSample].ToArray());
            if (samples.Count == SamplesNeeded)
                Learn();
            if (compressor is null || decompressor is null)
                return JournalRows.Compress(row);

            var frame = compressor.Wrap(row.Span);

            // What this takes the place of is gone for good.
            Invariant.Holds(decompressor.Unwrap(frame).SequenceEqual(row.Span));
            return PackedRow.Encode(number, row.Length, frame);
        }
    }

    public void Dispose()
    {
        compressor?.Dispose();
        decompressor?.Dispose();
    }

    private void Learn()
    {
        try
        {
            // Every other one: what comes in changes in the course of time.
            var trained = DictBuilder.TrainFromBuffer(samples.Where((_, place) => place % 2 == 0), DictionaryBytes);
            using var trial = NewCompressor(trained);
            var tried = samples.Where((_, place) => place % 2 == 1).ToList();
            var now = tried.Sum(row => (long)(compressor is null ? JournalRows.Compress(row).Length : compressor.Wrap(row).Length));
            if (tried.Sum(row => (long)trial.Wrap(row).Length) < now * Better)
                Take(save(trained), trained);
        }
        catch (ZstdException)
        {
            // There is too little in these rows to learn from.
        }

        samples.Clear();
    }

    private void Take(int dictionary, byte[] bytes)
    {
        Dispose();
        compressor = NewCompressor(bytes);
        decompressor = new Decompressor();
        decompressor.LoadDictionary(bytes);
        number = dictionary;
    }

    private static Compressor NewCompressor(byte[] dictionary)
    {
        var made = new Compressor(Level);
        made.SetParameter(ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
        made.LoadDictionary(dictionary);
        return made;
    }
}
