using System.Globalization;

namespace Holdfast.AI.Chat;

/// <summary>The newest events of one workflow's model calls.</summary>
internal sealed class ChatStream(string epoch)
{
    // A reader that is further behind starts over. Both bounds hold several long answers.
    private const int MaxEvents = 8_192;
    private const int MaxCharacters = 256 * 1024;

    private readonly Lock gate = new();
    private readonly Queue<(long Offset, ChatStreamEvent Event)> events = [];
    private readonly Dictionary<string, int> underWay = [];
    private TaskCompletionSource more = NewSignal();
    private long next;
    private int characters;
    private bool closed;

    /// <summary>When somebody last opened it, as a timestamp of the time provider.</summary>
    public long UsedAt { get; set; }

    /// <summary>Whether a call is under way.</summary>
    public bool IsWritten
    {
        get
        {
            lock (gate)
                return underWay.Count > 0;
        }
    }

    /// <summary>Which stream of which process this is: the first part of its events' ids.</summary>
    public string Epoch => epoch;

    /// <summary>How a reader says that it wants to go on at an offset.</summary>
    public string Position(long offset) => string.Create(CultureInfo.InvariantCulture, $"{epoch}-{offset}");

    /// <summary>
    /// What there is from an offset on; whether it continues there without a gap; and what to wait for when there is nothing, null
    /// when nothing will come any more.
    /// </summary>
    public (IReadOnlyList<(long Offset, ChatStreamEvent Event)> Events, bool Continues, Task? More) From(long offset)
    {
        lock (gate)
        {
            var first = next - events.Count;
            var continues = offset >= first && offset <= next;
            return (offset < next && continues ? [.. events.Skip((int)(offset - first))] : continues ? [] : [.. events], continues, closed ? null : more.Task);
        }
    }

    /// <summary>Makes this attempt the one that is shown. False: a later one has begun already.</summary>
    public bool Begin(string call, int attempt)
    {
        lock (gate)
        {
            if (underWay.GetValueOrDefault(call) > attempt)
                return false;
            underWay[call] = attempt;
            return true;
        }
    }

    /// <summary>Adds an event of an attempt, unless a later attempt has begun: an activity that timed out may still be talking.</summary>
    public void Add(ChatStreamEvent happened)
    {
        TaskCompletionSource signal;
        lock (gate)
        {
            if (closed || underWay.GetValueOrDefault(happened.Call) != happened.Attempt)
                return;
            if (happened.Kind is ChatStreamEventKind.Completed or ChatStreamEventKind.Failed)
                underWay.Remove(happened.Call);

            var numbered = happened with { Id = Position(next + 1) };
            events.Enqueue((next++, numbered));
            characters += numbered.Text.Length;
            while (events.Count > MaxEvents || (characters > MaxCharacters && events.Count > 1))
                characters -= events.Dequeue().Event.Text.Length;
            signal = more;
            more = NewSignal();
        }

        signal.SetResult();
    }

    /// <summary>Lets the readers go: there are too many streams.</summary>
    public void Close()
    {
        lock (gate)
            closed = true;
        more.TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
