using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Router.Daemon.Systemd;
using Router.Ports.Files;
using Router.Ports.Linux;

namespace Router.Daemon.Succession;

/// <summary>The process before this one, which forwards until it is told that this one is ready (<see cref="Successor"/> has the messages).</summary>
/// <param name="Pid">Its number.</param>
/// <param name="LastForwarded">When it last looked for packets, microseconds (CLOCK_MONOTONIC); 0 if it did not say.</param>
internal sealed record Predecessor(int Pid, long LastForwarded)
{
    /// <summary>Closing sockets, writing down the volume: with all of it a predecessor takes less.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Has it give way, and returns when it has let go of everything; null where none answers.</summary>
    /// <param name="runtime">The runtime directory.</param>
    /// <param name="store">Inherits its queues and sockets.</param>
    /// <exception cref="StartException">It was asked to give way, and did not.</exception>
    public static Predecessor? GiveWay(string runtime, DescriptorStore store)
    {
        string path = Path.Combine(runtime, Successor.SocketName);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified) { ReceiveTimeout = (int)Patience.TotalMilliseconds };
        try
        {
            if (!File.Exists(path)) return null;
            socket.Connect(new UnixDomainSocketEndPoint(path));
            socket.Send("ready"u8);
        }
        catch (SocketException)
        {
            // One that was killed leaves the name behind.
            return null;
        }
        int pid = 0;
        Span<byte> said = stackalloc byte[256];
        while (true)
        {
            int length = DescriptorPost.Receive((int)socket.Handle, said, out int descriptor);
            if (length == -Errno.EAGAIN) throw new StartException($"the routerd that runs (process {pid}) was asked to give way, and after {Patience.TotalSeconds:0} s has not");
            // It ended otherwise, and so holds nothing either.
            if (length <= 0) return new Predecessor(pid, 0);
            string text = Encoding.ASCII.GetString(said[..length]);
            if (descriptor >= 0) store.Inherit(text, descriptor);
            else if (text.StartsWith("pid ", StringComparison.Ordinal)) pid = int.Parse(text.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture);
            else if (text.StartsWith("left ", StringComparison.Ordinal)) return new Predecessor(pid, long.Parse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture));
        }
    }
}
