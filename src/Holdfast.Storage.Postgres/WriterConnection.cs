using System.Data;
using Npgsql;

namespace Holdfast.Storage.Postgres;

/// <summary>The connection that writes; made anew after it was lost. Used by one thread at a time.</summary>
internal sealed class WriterConnection(Database database, NpgsqlConnection first) : IDisposable
{
    private NpgsqlConnection connection = first;

    /// <summary>The open connection.</summary>
    public NpgsqlConnection Open()
    {
        if (connection.State == ConnectionState.Open)
            return connection;
        connection.Dispose();
        return connection = database.ConnectToWrite();
    }

    public void Dispose() => connection.Dispose();
}
