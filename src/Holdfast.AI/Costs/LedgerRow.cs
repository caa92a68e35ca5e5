using Microsoft.Data.Sqlite;

namespace Holdfast.AI.Costs;

/// <summary>What budgets need to know of a request in the ledger. Money as it is stored.</summary>
internal sealed record LedgerRow(string Id, string Tenant, string? RunId, string? WorkflowType, string Month, string? Outcome, long? Reserved, long? Cost)
{
    public const string Columns = "id, tenant, run_id, workflow_type, month, outcome, reserved, cost";

    public static LedgerRow Read(SqliteDataReader row) => new(
        row.GetString(0), row.GetString(1), Text(row, 2), Text(row, 3), row.GetString(4), Text(row, 5), Number(row, 6), Number(row, 7));

    private static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static long? Number(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);
}
