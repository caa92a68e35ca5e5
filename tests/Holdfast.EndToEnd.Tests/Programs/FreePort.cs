using System.Net;
using System.Net.Sockets;

namespace Holdfast.EndToEnd.Tests.Programs;

/// <summary>A loopback port that nobody listened on a moment ago, for programs that cannot choose one themselves.</summary>
internal static class FreePort
{
    public static int Find()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
