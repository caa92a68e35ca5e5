using System.Collections.Immutable;

namespace Holdfast.Engine.Visibility;

/// <summary>
/// A filter's condition, typed and checked: stores turn it into their own language or evaluate it. Logic is that of SQL, with three values: a
/// comparison with an attribute that the run does not have is neither true nor false, and neither is its negation.
/// </summary>
public abstract record Condition
{
    private Condition()
    {
    }

    /// <summary>All of two or more.</summary>
    public sealed record All(ImmutableArray<Condition> Terms) : Condition;

    /// <summary>At least one of two or more.</summary>
    public sealed record Any(ImmutableArray<Condition> Terms) : Condition;

    public sealed record Not(Condition Term) : Condition;

    /// <summary>Of a keyword list: any element.</summary>
    public sealed record Compare(SearchAttribute Attribute, Comparison Comparison, AttributeValue Value) : Condition;

    /// <summary>Equal to one of the values; of a keyword list, any element.</summary>
    public sealed record OneOf(SearchAttribute Attribute, ImmutableArray<AttributeValue> Values) : Condition;

    public sealed record IsNull(SearchAttribute Attribute) : Condition;

    public sealed record StartsWith(SearchAttribute Attribute, string Prefix) : Condition;

    /// <summary>The text holds one of the words (<see cref="Words"/>).</summary>
    public sealed record HasWord(SearchAttribute Attribute, ImmutableArray<string> Sought) : Condition;
}
