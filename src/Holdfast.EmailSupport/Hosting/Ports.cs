using System.Net;
using System.Net.Sockets;

namespace Holdfast.EmailSupport.Hosting;

/// <summary>Checks a port before anything is started, so that the message can name the flag.</summary>
internal static class Ports
{
    /// <summary>The port, or a free one for 0.</summary>
    /// <exception cref="StartException">It is in use or not allowed.</exception>
    public static int Claim(int port, string flag)
    {
        using var probe = new TcpListener(IPAddress.Loopback, port) { ExclusiveAddressUse = false };
        try
        {
            probe.Start();
            return ((IPEndPoint)probe.LocalEndpoint).Port;
        }
        catch (SocketException exception)
        {
            var problem = exception.SocketErrorCode is SocketError.AddressAlreadyInUse ? "is in use" : $"cannot be used ({exception.Message})";
            throw new StartException($"Port {port} {problem}. Choose another with {flag}, or stop the program that uses it.", exception);
        }
    }
}
