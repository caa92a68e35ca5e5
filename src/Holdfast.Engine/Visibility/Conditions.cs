using System.Collections.Immutable;
using System.Diagnostics;

namespace Holdfast.Engine.Visibility;

/// <summary>Evaluates conditions in memory, with exactly the outcome that SQL gives.</summary>
public static class Conditions
{
    /// <summary>
    /// Whether a run meets the condition; null: unknown, which a filter takes for no. <paramref name="values"/> gives the run's values of an attribute:
    /// none when it has none, several only for a keyword list.
    /// </summary>
    public static bool? Evaluate(Condition condition, Func<SearchAttribute, ImmutableArray<AttributeValue>> values)
    {
        return Of(condition);

        bool? Of(Condition part) => part switch
        {
            Condition.All all => AllOf(all.Terms),
            Condition.Any any => !AllOf(any.Terms, negate: true),
            Condition.Not not => !Of(not.Term),
            Condition.Compare compare => AnyValue(compare.Attribute, value => Holds(compare.Comparison, value.CompareTo(compare.Value))),
            Condition.OneOf oneOf => AnyValue(oneOf.Attribute, value => oneOf.Values.Any(sought => value.CompareTo(sought) == 0)),
            Condition.IsNull isNull => values(isNull.Attribute).IsEmpty,
            Condition.StartsWith startsWith => AnyValue(
                startsWith.Attribute, value => value.Text?.StartsWith(startsWith.Prefix, StringComparison.Ordinal) ?? false),
            Condition.HasWord hasWord => AnyValue(hasWord.Attribute, value => value.Text is { } text && Words.Hold(text, hasWord.Sought)),
            _ => throw new UnreachableException(),
        };

        bool? AllOf(ImmutableArray<Condition> terms, bool negate = false)
        {
            bool? outcome = true;
            foreach (var term in terms)
            {
                var holds = negate ? !Of(term) : Of(term);
                if (holds is false)
                    return false;
                if (holds is null)
                    outcome = null;
            }

            return outcome;
        }

        bool? AnyValue(SearchAttribute attribute, Func<AttributeValue, bool> holds)
        {
            var found = values(attribute);
            return found.IsEmpty ? null : found.Any(holds);
        }
    }

#pragma warning disable CS8524 // All values of our own enum have names.
    private static bool Holds(Comparison comparison, int? order) => order is { } sign && comparison switch
    {
        Comparison.Equal => sign == 0,
        Comparison.Less => sign < 0,
        Comparison.LessOrEqual => sign <= 0,
        Comparison.Greater => sign > 0,
        Comparison.GreaterOrEqual => sign >= 0,
    };
#pragma warning restore CS8524
}
