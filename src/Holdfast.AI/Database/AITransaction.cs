using Microsoft.Data.Sqlite;

namespace Holdfast.AI.Database;

/// <summary>What runs SQL within one transaction of <see cref="AIDatabase"/>. Values are always parameters, never parts of the text.</summary>
public sealed class AITransaction
{
    private readonly SqliteConnection connection;
    private readonly SqliteTransaction transaction;

    internal AITransaction(SqliteConnection connection, SqliteTransaction transaction)
    {
        this.connection = connection;
        this.transaction = transaction;
    }

    /// <summary>Runs statements.</summary>
    /// <param name="parameters">Names with their leading <c>$</c>; null is SQL's NULL.</param>
    /// <returns>How many rows were changed.</returns>
    public int Execute(string sql, params (string Name, object? Value)[] parameters)
    {
        using var command = Command(sql, parameters);
        return command.ExecuteNonQuery();
    }

    /// <summary>All rows that a query gives.</summary>
    public IReadOnlyList<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params (string Name, object? Value)[] parameters)
    {
        ArgumentNullException.ThrowIfNull(read);
        using var command = Command(sql, parameters);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(read(reader));
        return rows;
    }

    private SqliteCommand Command(string sql, (string Name, object? Value)[] parameters)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }
}
