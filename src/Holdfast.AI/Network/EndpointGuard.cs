using System.Net;
using System.Net.Sockets;

namespace Holdfast.AI.Network;

/// <summary>
/// Keeps endpoints that tenants name from leading into the network of whoever runs the worker: to this machine, to neighbours, to a cloud's metadata.
/// A name proves nothing, as its owner decides where it leads and may change that at any time. So the addresses are looked at when a connection is
/// made, and the connection goes to the very address that was looked at.
/// </summary>
public sealed class EndpointGuard
{
    // What is found under a name: injected, so that tests decide.
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> resolve;
    private readonly bool allowPrivate;

    private EndpointGuard(bool allowPrivate, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
    {
        this.allowPrivate = allowPrivate;
        this.resolve = resolve;
    }

    // Connections carry no key of their own, so tenants may share them; those that may reach private networks are kept apart.
    private static readonly SocketsHttpHandler Guarded = CreateHandler(allowPrivate: false);
    private static readonly SocketsHttpHandler Permitted = CreateHandler(allowPrivate: true);

    /// <summary>What requests to tenants' endpoints go through. Shared: not to be disposed.</summary>
    internal static HttpMessageHandler Handler(bool allowPrivate) => allowPrivate ? Permitted : Guarded;

    internal static SocketsHttpHandler CreateHandler(bool allowPrivate, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null) => new()
    {
        // A redirect would take the key along to another host.
        AllowAutoRedirect = false,
        UseCookies = false,
        // A proxy would resolve the name itself, and to something else.
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectCallback = new EndpointGuard(allowPrivate, resolve ?? Dns.GetHostAddressesAsync).ConnectAsync,
    };

    /// <summary>What is wrong with an endpoint's address as it is written; null: nothing. Where its name leads is seen when connecting.</summary>
    internal static string? Problem(Uri url, bool allowPrivate)
    {
        if (!url.IsAbsoluteUri || (url.Scheme != Uri.UriSchemeHttps && !(allowPrivate && url.Scheme == Uri.UriSchemeHttp)))
            return "An endpoint begins with https://.";
        if (url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
            return "An endpoint has no user name, query or fragment.";
        if (!allowPrivate && url.Port is not (443 or 8443))
            return "An endpoint uses port 443 or 8443.";
        return !allowPrivate && IPAddress.TryParse(url.Host.Trim('[', ']'), out var address) && !IsPublic(address) ? "The endpoint lies in a private or reserved network." : null;
    }

    /// <summary>Whether an address belongs to the open internet. What is reserved for anything else does not.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        var bytes = address.GetAddressBytes();
        return address.AddressFamily is AddressFamily.InterNetwork ? IsPublic4(bytes) : IsPublic6(bytes);
    }

    private static bool IsPublic4(ReadOnlySpan<byte> b) => b switch
    {
        [0 or 10 or 127, ..] => false,
        [100, >= 64 and <= 127, ..] => false,
        [169, 254, ..] => false,
        [172, >= 16 and <= 31, ..] => false,
        [192, 0, 0 or 2, _] => false,
        [192, 88, 99, _] => false,
        [192, 168, ..] => false,
        [198, 18 or 19, ..] => false,
        [198, 51, 100, _] => false,
        [203, 0, 113, _] => false,
        // Multicast, reserved, broadcast.
        [>= 224, ..] => false,
        _ => true,
    };

    // Only the global unicast range is open, without those parts of it that are documentation or carry an IPv4 address inside, which could be any.
    private static bool IsPublic6(ReadOnlySpan<byte> b) => b switch
    {
        [0x20, 0x02, ..] => false,
        [0x20, 0x01, <= 0x01, ..] => false,
        [0x20, 0x01, 0x0d, 0xb8, ..] => false,
        [0x3f, 0xff, <= 0x0f, ..] => false,
        [>= 0x20 and <= 0x3f, ..] => true,
        _ => false,
    };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host.Trim('[', ']');
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, cancellationToken);
        // All of them: a name that leads both ways is no mistake.
        if (!allowPrivate && addresses.Any(address => !IsPublic(address)))
            throw new EndpointRefusedException($"The endpoint {context.DnsEndPoint.Host} leads into a private or reserved network.");

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
