using System.Reflection;

namespace Holdfast.Server;

/// <summary>What the server says of itself.</summary>
internal static class ServerIdentity
{
    /// <summary>
    /// The version of Temporal's server whose behaviour clients meet here. Clients compare it with versions that they know; Holdfast's own
    /// version is <see cref="ProductVersion"/>.
    /// </summary>
    public const string ProtocolVersion = "1.32.0";

    public const string ClusterName = "active";

    public static string ProductVersion { get; } =
        typeof(ServerIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";
}
