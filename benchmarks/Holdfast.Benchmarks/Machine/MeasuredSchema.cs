using Holdfast.Storage.Postgres;
using Npgsql;

namespace Holdfast.Benchmarks.Machine;

/// <summary>A schema that one measurement's server makes in a PostgreSQL, and that is dropped behind it.</summary>
internal sealed class MeasuredSchema
{
    private readonly NpgsqlConnectionStringBuilder _settings;

    public MeasuredSchema(PostgresAddress address)
    {
        _settings = new NpgsqlConnectionStringBuilder(address.Settings.ConnectionString)
        {
            SearchPath = $"benchmark_{Guid.NewGuid():n}",
            Pooling = false,
        };
    }

    public string Password => _settings.Password ?? "";

    /// <summary>The address of the schema, without the password.</summary>
    public string Address => new NpgsqlConnectionStringBuilder(_settings.ConnectionString) { Password = null, Pooling = true }.ConnectionString;

    /// <summary>Bytes of its tables and indexes.</summary>
    public async Task<long> MeasureBytesAsync() => (long)(await ExecuteAsync(
        $"""
        SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = '{_settings.SearchPath}' AND c.relkind = 'r'
        """))!;

    public Task DropAsync() => ExecuteAsync($"DROP SCHEMA IF EXISTS {_settings.SearchPath} CASCADE");

    private async Task<object?> ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_settings.ConnectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // The schema's name is our own.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync();
    }
}
