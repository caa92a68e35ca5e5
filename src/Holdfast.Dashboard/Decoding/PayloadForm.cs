namespace Holdfast.Dashboard.Decoding;

/// <summary>In what form a payload can be shown.</summary>
public enum PayloadForm
{
    /// <summary>The value is null, or there is none.</summary>
    Null,

    /// <summary>JSON, indented.</summary>
    Json,

    /// <summary>Text as it was sent.</summary>
    Text,

    /// <summary>Bytes: their number and the first of them in hexadecimal.</summary>
    Binary,
}
