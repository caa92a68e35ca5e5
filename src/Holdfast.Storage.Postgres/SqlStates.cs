namespace Holdfast.Storage.Postgres;

/// <summary>SQLSTATE codes of our own, raised by functions of the schema.</summary>
internal static class SqlStates
{
    /// <summary>A commit shows another range id than the stored one.</summary>
    public const string RangeIdStale = "HF001";
}
