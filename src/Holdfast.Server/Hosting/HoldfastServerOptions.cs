using System.Net;
using System.Security.Cryptography.X509Certificates;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Server;

/// <summary>How a Holdfast server runs inside its host.</summary>
public sealed class HoldfastServerOptions
{
    /// <summary>The SQLite database file; made when it does not exist. Null (the default): everything is kept in memory and gone at exit.</summary>
    public string? DataFile { get; set; }

    /// <summary>
    /// The PostgreSQL database, in place of <see cref="DataFile"/>: <c>postgres://user:password@host:port/database?sslmode=require</c>, or Npgsql's
    /// <c>Host=…;Database=…</c>. The tables are made in the schema <c>holdfast</c> of it, or the one that <c>search_path</c> names. One server uses
    /// a database at a time. Default: null.
    /// </summary>
    public string? Database { get; set; }

    /// <summary>
    /// Called once when another server has taken this one's data over: from then on this one answers requests with <c>UNAVAILABLE</c>, is not healthy, and
    /// does not recover. That happens only where one server was cut off from its database for so long that another one could start.
    /// Default: nothing.
    /// </summary>
    public Action? OnTakenOver { get; set; }

    /// <summary>
    /// Do not wait for the disk at each commit. A crash of this process loses nothing. A crash of the machine, or of PostgreSQL, may lose the last
    /// moments that callers were told of, never consistency: an activity that may be tried once may then be handed out again. Default false.
    /// </summary>
    public bool RelaxedDurability { get; set; }

    /// <summary>
    /// How many bytes of requests may be inside the server at a time, waiting long polls included; more are refused with RESOURCE_EXHAUSTED, which SDKs
    /// try again by themselves. Default 256 MiB. One message must fit in: see <see cref="DynamicConfig.LargestMessageBytes"/>.
    /// </summary>
    public long RequestBytesInFlight { get; set; } = 256L * 1024 * 1024;

    /// <summary>Address that the gRPC port listens on. Default: the loopback address 127.0.0.1.</summary>
    public IPAddress Address { get; set; } = IPAddress.Loopback;

    /// <summary>
    /// The gRPC port (HTTP/2). Default 7233; 0 takes a free one. Null: the host configures Kestrel itself, with an endpoint that speaks HTTP/2.
    /// </summary>
    public int? Port { get; set; } = 7233;

    /// <summary>The certificate of the gRPC port; without one it speaks HTTP/2 in clear text.</summary>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>Namespaces that are there from the start. Default: <c>default</c>.</summary>
    public ISet<string> Namespaces { get; } = new HashSet<string>(StringComparer.Ordinal) { "default" };

    /// <summary>Custom search attributes that every namespace of <see cref="Namespaces"/> has from the start.</summary>
    public IDictionary<string, IndexedValueType> SearchAttributes { get; } = new Dictionary<string, IndexedValueType>(StringComparer.Ordinal);

    /// <summary>
    /// Settings under the names of Temporal's dynamic configuration, whatever their case; values are JSON. Names that this server does
    /// not honour are ignored. See <see cref="DynamicConfig"/> for those that it does.
    /// </summary>
    public IDictionary<string, string> DynamicConfigValues { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>How long closed workflows are kept in namespaces that are made from <see cref="Namespaces"/>. Default one day.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(1);

    /// <summary>
    /// SHA-256 of each key that opens the API, as 64 hexadecimal digits. When there is any, a request needs
    /// <c>authorization: Bearer KEY</c> with the key of one of them. Default: none, everybody who reaches the port may ask.
    /// </summary>
    public ISet<string> ApiKeyHashes { get; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
}
