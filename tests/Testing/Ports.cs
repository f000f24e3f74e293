using System.Net;
using System.Net.Sockets;

namespace Scanlock.Testing;

/// <summary>Ports of the loopback address, for programs that are told theirs before they listen.</summary>
public static class Ports
{
    // Below the range that systems take ports from for sockets that ask for none: else a connection could be given one that a host which
    // is killed and started again means to listen on.
    private const int First = 10_001;
    private const int End = 16_000;
    private static readonly List<Socket> s_mine = [];

    /// <summary>One that nobody listens on now, and that nobody else who asks here is given as long as this process lives.</summary>
    public static int Free()
    {
        for (var tries = 0; tries < 1000; tries++)
        {
            var port = Random.Shared.Next(First, End);
            if (TryHold(port) && IsFree(port))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"No port from {First} to {End} is free.");
    }

    /// <summary>The port of the same number, of UDP, says on the whole machine that this one is given away.</summary>
    private static bool TryHold(int port)
    {
        var holder = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            holder.Bind(new IPEndPoint(IPAddress.Loopback, port));
        }
        catch (SocketException)
        {
            holder.Dispose();
            return false;
        }

        lock (s_mine)
        {
            s_mine.Add(holder);
        }

        return true;
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
