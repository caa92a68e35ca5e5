namespace Holdfast.Engine.Visibility;

/// <summary>
/// One value of a search attribute in the form in which values are compared: text, a whole number, or a real one. Booleans are 0 and 1,
/// times are 100 ns units since 1970 UTC, durations are nanoseconds, an execution status is its number.
/// </summary>
public readonly record struct AttributeValue
{
    private AttributeValue(string? text, long whole, double? real)
    {
        Text = text;
        Whole = whole;
        Real = real;
    }

    /// <summary>The text, or null for a number.</summary>
    public string? Text { get; }

    /// <summary>The whole number, where it is neither text nor real.</summary>
    public long Whole { get; }

    /// <summary>The real number, or null for text and whole numbers.</summary>
    public double? Real { get; }

    public static AttributeValue Of(string text) => new(text, 0, null);

    public static AttributeValue Of(long whole) => new(null, whole, null);

    public static AttributeValue Of(double real) => new(null, 0, real);

    public static AttributeValue Of(bool flag) => new(null, flag ? 1 : 0, null);

    public static AttributeValue Of(DateTime utc) => new(null, utc.Ticks - DateTime.UnixEpoch.Ticks, null);

    /// <summary>Less, equal or greater; null where text would be compared with a number.</summary>
    public int? CompareTo(AttributeValue other)
    {
        if (Text is not null && other.Text is not null)
            return string.CompareOrdinal(Text, other.Text);
        if (Text is not null || other.Text is not null)
            return null;
        if (Real is null && other.Real is null)
            return Whole.CompareTo(other.Whole);
        return (Real ?? Whole).CompareTo(other.Real ?? other.Whole);
    }
}
