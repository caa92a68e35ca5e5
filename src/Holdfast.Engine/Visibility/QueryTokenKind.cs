namespace Holdfast.Engine.Visibility;

internal enum QueryTokenKind
{
    /// <summary>A keyword or a name.</summary>
    Word,

    /// <summary>A name in backquotes: never a keyword.</summary>
    QuotedName,

    /// <summary>A text in single or double quotes.</summary>
    Text,
    Number,
    Symbol,

    /// <summary>Something that no query holds, or a quote that nothing closes.</summary>
    Unknown,
    End,
}
