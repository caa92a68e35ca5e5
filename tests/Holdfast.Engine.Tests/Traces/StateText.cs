using System.Collections;
using System.Globalization;
using System.Text;
using Google.Protobuf;
using Holdfast.Engine.Workflows;

namespace Holdfast.Engine.Tests.Traces;

/// <summary>All of a state as text, so that two states can be compared by what is in them.</summary>
internal static class StateText
{
    public static string Of(MutableState state)
    {
        var text = new StringBuilder();
        Write(text, state);
        return text.ToString();
    }

    private static void Write(StringBuilder text, object? value)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case string or ByteString or Enum or IMessage or bool or TimeSpan:
                text.Append(value);
                break;
            case DateTime time:
                text.Append(time.ToString("O", CultureInfo.InvariantCulture));
                break;
            case IDictionary map:
                WriteMap(text, map);
                break;
            case IEnumerable items:
                WriteItems(text, items);
                break;
            case IFormattable number:
                text.Append(number.ToString(null, CultureInfo.InvariantCulture));
                break;
            default:
                WriteProperties(text, value);
                break;
        }
    }

    private static void WriteMap(StringBuilder text, IDictionary map)
    {
        text.Append('{');
        foreach (var key in map.Keys.Cast<object>().OrderBy(key => string.Format(CultureInfo.InvariantCulture, "{0,20}", key), StringComparer.Ordinal))
        {
            Write(text, key);
            text.Append(": ");
            Write(text, map[key]);
            text.Append(",\n");
        }

        text.Append('}');
    }

    private static void WriteItems(StringBuilder text, IEnumerable items)
    {
        text.Append('[');
        // Sets have no order of their own.
        var list = items.Cast<object>();
        foreach (var item in items is ISet<string> ? list.Order() : list)
        {
            Write(text, item);
            text.Append(", ");
        }

        text.Append(']');
    }

    private static void WriteProperties(StringBuilder text, object value)
    {
        text.Append(value.GetType().Name).Append(" (");
        foreach (var property in value.GetType().GetProperties().Where(property => property.Name != "EqualityContract" && property.GetIndexParameters().Length == 0))
        {
            text.Append(property.Name).Append(" = ");
            Write(text, property.GetValue(value));
            text.Append(";\n");
        }

        text.Append(')');
    }
}
