using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;

namespace Holdfast.Storage.Postgres;

/// <summary>
/// The database and this process's ways to it: a few pooled connections that read, and one that writes. A database that we do not understand, or
/// that cannot keep the promise of durability, is refused before anything of it is changed.
/// </summary>
internal sealed class Database : IAsyncDisposable
{
    // The two-part keys of PostgreSQL's advisory locks: "HFmi" and "HFso", each with a hash of the schema's name.
    private const int MigrationLock = 0x48466d69;
    private const int SoleLock = 0x4846736f;

    private const int OldestServer = 130000;

    // More connections than that only take each other's time on a server of a few cores.
    private const int MaxReaders = 10;

    // How long a second server waits for the one before it to go: a killed process's connections end in milliseconds.
    private static readonly TimeSpan SolePatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SoleInterval = TimeSpan.FromMilliseconds(100);

    private readonly PostgresStoreOptions options;
    private readonly TimeProvider time;
    private readonly NpgsqlDataSource writers;

    private Database(PostgresStoreOptions options, TimeProvider time)
    {
        this.options = options;
        this.time = time;
        Readers = Source(SetUpAny, settings =>
        {
            if (!settings.ContainsKey("Maximum Pool Size"))
                settings.MaxPoolSize = MaxReaders;
        });

        // Not pooled: it lives as long as the store, and what it holds (a lock) must end with it.
        writers = Source(SetUpAny + SetUpWriter, settings => settings.Pooling = false);
    }

    public PostgresAddress Address => options.Address;

    public NpgsqlDataSource Readers { get; }

    /// <summary>Connects, checks, and brings the schema up to date.</summary>
    /// <exception cref="StoreUnusableException">See its message.</exception>
    public static async ValueTask<Database> OpenAsync(PostgresStoreOptions options, TimeProvider time, CancellationToken cancellation)
    {
        Database? database = null;
        try
        {
            database = new Database(options, time);
            await using var connection = await database.writers.OpenConnectionAsync(cancellation);
            await database.CheckServerAsync(connection, cancellation);
            await database.MigrateAsync(connection, cancellation);
            return database;
        }
        catch (Exception e)
        {
            if (database is not null)
                await database.DisposeAsync();
            if (e is NpgsqlException or ArgumentException or SocketException)
                throw Unusable(options.Address, e);
            throw;
        }
    }

    /// <summary>
    /// A connection in a transaction that reads only and shows one instant, on a database of this program's schema version.
    /// </summary>
    /// <exception cref="StoreUnusableException">See its message; nothing was changed.</exception>
    public static async ValueTask<NpgsqlConnection> ConnectToInspectAsync(PostgresAddress address, CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(address.Settings.ConnectionString) { Pooling = false, MaxAutoPrepare = 20 }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            await using (var begin = new NpgsqlCommand("SET jit = off; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", connection))
                await begin.ExecuteNonQueryAsync(cancellation);
            await using var select = new NpgsqlCommand("SELECT to_regclass($1) IS NOT NULL", connection);
            select.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{Quoted(address.Schema)}.holdfast_schema" });
            if (!(bool)(await select.ExecuteScalarAsync(cancellation))!)
                throw new StoreUnusableException($"The database {address} holds nothing of this program in its schema '{address.Schema}'.");

            // From here on a statement that fails does not end the transaction: see RollBackAsync of the inspection.
            await using var version = new NpgsqlCommand("SELECT version FROM holdfast_schema; SAVEPOINT whole", connection);
            var found = (int)(await version.ExecuteScalarAsync(cancellation))!;
            if (found != Migrations.Latest)
            {
                throw new StoreUnusableException(
                    $"The database {address} has schema version {found}, this program works on version {Migrations.Latest}. "
                    + (found > Migrations.Latest ? "Use the newer program that wrote it." : "Start the server once, which brings it up to date."));
            }

            return connection;
        }
        catch (Exception e)
        {
            await connection.DisposeAsync();
            if (e is NpgsqlException or ArgumentException or SocketException)
                throw Unusable(address, e);
            throw;
        }
    }

    /// <summary>A connection that writes. There must be only one.</summary>
    public NpgsqlConnection ConnectToWrite()
    {
        var connection = writers.OpenConnection();

        // A claim that was lost with an earlier connection is taken again if it is free. If it is not, another server is about to take the shards
        // over, or the server side of the earlier connection has not noticed its end yet; which of them, the range ids will tell.
        if (options.Sole)
            TryClaim(connection);
        return connection;
    }

    /// <summary>A connection that writes, once no other server has one.</summary>
    /// <exception cref="StoreUnusableException">Another server has the database open and keeps it.</exception>
    public async ValueTask<NpgsqlConnection> ConnectAsSoleAsync(CancellationToken cancellation)
    {
        var connection = await writers.OpenConnectionAsync(cancellation);
        try
        {
            var begun = time.GetTimestamp();
            while (options.Sole && !TryClaim(connection))
            {
                if (time.GetElapsedTime(begun) > SolePatience)
                {
                    throw new StoreUnusableException(
                        $"The database {Address} is in use by another server ({await HolderAsync(connection, cancellation)}). Stop that one first, or choose another database.");
                }

                await Task.Delay(SoleInterval, time, cancellation);
            }

            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Readers.DisposeAsync();
        await writers.DisposeAsync();
    }

    private NpgsqlDataSource Source(string setUp, Action<NpgsqlConnectionStringBuilder> change)
    {
        setUp += options.Relaxed ? SetUpRelaxed : SetUpDurable;
        var settings = new NpgsqlConnectionStringBuilder(Address.Settings.ConnectionString)
        {
            // Nothing in a session changes that the next user would have to be kept from.
            NoResetOnClose = true,
            MaxAutoPrepare = 100,
            AutoPrepareMinUsages = 2,
        };
        if (string.IsNullOrEmpty(settings.ApplicationName))
            settings.ApplicationName = $"holdfast on {Environment.MachineName}, process {Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}";
        change(settings);
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        builder.UsePhysicalConnectionInitializer(
            connection =>
            {
                using var command = new NpgsqlCommand(setUp, connection);
                command.ExecuteNonQuery();
            },
            async connection =>
            {
                await using var command = new NpgsqlCommand(setUp, connection);
                await command.ExecuteNonQueryAsync();
            });
        return builder.Build();
    }

    // Whatever the defaults of server, database and role. The isolation is what assert_range_ids relies on. The server notices within half a minute
    // that this machine has vanished, and lets go of locks. There is an index for every question; a plan that was made while a table was small, and
    // reads all of it, would be kept long after it has grown. JIT takes longer than any of these statements.
    private const string SetUpAny = """
        SET default_transaction_isolation = 'read committed';
        SET default_transaction_read_only = off;
        SET lock_timeout = '10s';
        SET idle_in_transaction_session_timeout = '30s';
        SET tcp_keepalives_idle = 10;
        SET tcp_keepalives_interval = 5;
        SET tcp_keepalives_count = 3;
        SET enable_seqscan = off;
        SET jit = off;

        """;

    // A few rows found by their keys, however large the tables, and no planning for each commit.
    private const string SetUpWriter = """
        SET enable_hashjoin = off;
        SET enable_mergejoin = off;
        SET plan_cache_mode = force_generic_plan;

        """;

    // Stronger than "on" may be asked for, which then stays.
    private const string SetUpDurable = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

    private const string SetUpRelaxed = "SET synchronous_commit = off";

    private async ValueTask CheckServerAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var select = new NpgsqlCommand(
            """
            SELECT current_setting('server_version_num')::int, current_setting('server_version'), current_setting('server_encoding'),
                current_setting('fsync'), pg_is_in_recovery()
            """,
            connection);
        await using var row = await select.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        if (row.GetInt32(0) < OldestServer)
            throw new StoreUnusableException($"PostgreSQL at {Address} has version {row.GetString(1)}; {OldestServer / 10000} or later is needed.");
        if (row.GetString(2) != "UTF8")
            throw new StoreUnusableException($"The database {Address} has the encoding {row.GetString(2)}. Make one with UTF8: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.");
        if (!options.Relaxed && row.GetString(3) != "on")
            throw new StoreUnusableException($"PostgreSQL at {Address} runs with fsync = {row.GetString(3)}, so a crash of its machine would lose or destroy what was acknowledged. Set it to on.");
        if (row.GetBoolean(4))
            throw new StoreUnusableException($"PostgreSQL at {Address} is a standby that cannot be written to. Give the address of the primary.");
    }

    private async ValueTask MigrateAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);

        // Two servers that start at once: the second waits here, and then finds everything made.
        await ExecuteAsync("SET LOCAL lock_timeout = 0");
        await using (var wait = new NpgsqlCommand("SELECT pg_advisory_xact_lock($1, hashtext($2))", connection))
        {
            wait.Parameters.Add(new NpgsqlParameter<int> { TypedValue = MigrationLock });
            wait.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Address.Schema });
            wait.CommandTimeout = 0;
            await wait.ExecuteNonQueryAsync(cancellation);
        }

        var schema = Quoted(Address.Schema);
        if (!await ExistsAsync("to_regnamespace", schema))
            await ExecuteAsync($"CREATE SCHEMA {schema}");
        var version = 0;
        if (await ExistsAsync("to_regclass", $"{schema}.holdfast_schema"))
        {
            await using var select = new NpgsqlCommand("SELECT version FROM holdfast_schema", connection);
            version = (int)(await select.ExecuteScalarAsync(cancellation))!;
        }
        else
        {
            await ExecuteAsync("CREATE TABLE holdfast_schema (version integer NOT NULL)");
            await ExecuteAsync("INSERT INTO holdfast_schema (version) VALUES (0)");
        }

        if (version > Migrations.Latest)
        {
            throw new StoreUnusableException(
                $"The database {Address} has schema version {version}, but this program knows versions up to {Migrations.Latest}. Start the newer program that wrote it.");
        }

        if (version == Migrations.Latest)
            return;
        for (var next = version + 1; next <= Migrations.Latest; next++)
            await ExecuteAsync(Migrations.All[next - 1]);
        await ExecuteAsync($"UPDATE holdfast_schema SET version = {Migrations.Latest.ToString(CultureInfo.InvariantCulture)}");
        await transaction.CommitAsync(cancellation);

        async ValueTask ExecuteAsync(string sql)
        {
#pragma warning disable CA2100 // Constants, migrations, numbers of our own and the quoted schema.
            await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync(cancellation);
        }

        async ValueTask<bool> ExistsAsync(string function, string name)
        {
#pragma warning disable CA2100 // The function is a constant.
            await using var select = new NpgsqlCommand($"SELECT {function}($1) IS NOT NULL", connection);
#pragma warning restore CA2100
            select.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
            return (bool)(await select.ExecuteScalarAsync(cancellation))!;
        }
    }

    private bool TryClaim(NpgsqlConnection connection)
    {
        using var claim = new NpgsqlCommand("SELECT pg_try_advisory_lock($1, hashtext($2))", connection);
        claim.Parameters.Add(new NpgsqlParameter<int> { TypedValue = SoleLock });
        claim.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Address.Schema });
        return (bool)claim.ExecuteScalar()!;
    }

    private async ValueTask<string> HolderAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var select = new NpgsqlCommand(
            """
            SELECT coalesce(nullif(a.application_name, ''), 'process ' || l.pid) || ' since ' || to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC'
            FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
            WHERE l.locktype = 'advisory' AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND l.classid = $1::bigint::oid AND l.objid = ((hashtext($2)::bigint & 4294967295)::oid)
            """,
            connection);
        select.Parameters.Add(new NpgsqlParameter<long> { TypedValue = SoleLock });
        select.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Address.Schema });
        return await select.ExecuteScalarAsync(cancellation) as string ?? "just gone";
    }

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static StoreUnusableException Unusable(PostgresAddress address, Exception e)
    {
        var problem = e switch
        {
            PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } refused =>
                $"PostgreSQL at {address} does not let the user '{address.User}' in: {refused.MessageText}. Check user and password, and the server's pg_hba.conf.",
            PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } =>
                $"There is no database '{address.Database}' on the PostgreSQL at {address}. Make it first: CREATE DATABASE … ENCODING 'UTF8'.",
            PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } refused =>
                $"The user '{address.User}' has too few rights in the database {address}: {refused.MessageText}. "
                + $"Let it own the schema '{address.Schema}', or grant it CREATE on the database.",
            PostgresException { SqlState: PostgresErrorCodes.DuplicateTable or PostgresErrorCodes.DuplicateFunction } other =>
                $"The schema '{address.Schema}' of the database {address} belongs to another program: {other.MessageText}. Choose another one with search_path.",
            PostgresException other => $"PostgreSQL at {address} cannot be used: {other.MessageText}.",
            { InnerException: AuthenticationException tls } => $"TLS with the PostgreSQL at {address} failed: {tls.Message}",
            { InnerException: { } inner } => $"PostgreSQL at {address} cannot be reached: {inner.Message} Check that it runs, and its address.",
            _ => $"PostgreSQL at {address} cannot be reached: {e.Message} Check that it runs, and its address.",
        };
        return new StoreUnusableException(problem, e);
    }
}
