using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

using Router.Lab.Kernel;

namespace Router.Lab.Clients;

/// <summary>
/// One UDP socket that sends numbered datagrams at a steady pace to an <see cref="Servers.EchoServer"/> and books the
/// answers: how many were lost, and as whom the server saw us. A counted stream: what is missing is known exactly.
/// </summary>
internal sealed class DatagramStream : IDisposable
{
    private readonly Socket _socket;
    private readonly List<(TimeSpan At, string SeenAs)> _changes = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Thread _sender;
    private readonly Thread _receiver;
    private volatile bool _stop;
    private volatile bool _deaf;
    private long _sent;
    private long _answered;
    private long _longestGap;

    private DatagramStream(Socket socket, int perSecond)
    {
        _socket = socket;
        _sender = Stopwatching.Start("stream, sending", () => Send(perSecond));
        _receiver = Stopwatching.Start("stream, receiving", Receive);
    }

    public long Sent => Interlocked.Read(ref _sent);

    public long Answered => Interlocked.Read(ref _answered);

    /// <summary>The longest time between two answers since this was asked for last.</summary>
    public TimeSpan TakeLongestGap() => TimeSpan.FromTicks(Interlocked.Exchange(ref _longestGap, 0));

    /// <summary>The endpoints as which the server saw us, one after the other, each with the time of the first answer that said so.</summary>
    public IReadOnlyList<(TimeSpan At, string SeenAs)> Changes
    {
        get { lock (_changes) return [.. _changes]; }
    }

    public TimeSpan Clock => _clock.Elapsed;

    public static DatagramStream Start(NetworkNamespace host, IPAddress from, IPEndPoint to, int perSecond)
    {
        Socket socket = host.On(() =>
        {
            var made = new Socket(from.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 200, ReceiveBufferSize = 4 << 20 };
            made.Bind(new IPEndPoint(from, 0));
            made.Connect(to);
            return made;
        });
        return new DatagramStream(socket, perSecond);
    }

    /// <summary>Stops sending, waits for the answers that are on their way, and returns how many never came.</summary>
    public long StopAndCountLost()
    {
        _stop = true;
        _sender.Join();
        Wait.For(() => Answered >= Sent, TimeSpan.FromMilliseconds(500));
        return Sent - Answered;
    }

    public void Dispose()
    {
        _stop = true;
        _sender.Join();
        _deaf = true;
        _receiver.Join();
        _socket.Dispose();
    }

    private void Send(int perSecond)
    {
        for (long n = 0; !_stop; n++)
        {
            TimeSpan due = TimeSpan.FromSeconds((double)n / perSecond);
            while (_clock.Elapsed < due && !_stop) Thread.Sleep(due - _clock.Elapsed > TimeSpan.FromMilliseconds(1) ? 1 : 0);
            try
            {
                _socket.Send(Encoding.ASCII.GetBytes($"{n:D10}"));
                Interlocked.Increment(ref _sent);
            }
            catch (SocketException)
            {
                // An ICMP error of before is told by the next send; that datagram was not sent.
            }
        }
    }

    private void Receive()
    {
        byte[] octets = new byte[256];
        string last = "";
        TimeSpan before = _clock.Elapsed;
        while (!_deaf)
        {
            try
            {
                int length = _socket.Receive(octets);
                Interlocked.Increment(ref _answered);
                TimeSpan now = _clock.Elapsed;
                if ((now - before).Ticks > Interlocked.Read(ref _longestGap)) Interlocked.Exchange(ref _longestGap, (now - before).Ticks);
                before = now;
                string seenAs = Encoding.ASCII.GetString(octets, 0, length).Split(' ')[0];
                if (seenAs == last) continue;
                last = seenAs;
                lock (_changes) _changes.Add((_clock.Elapsed, seenAs));
            }
            catch (SocketException)
            {
                // Nothing for a while, or an ICMP error, which the sender hears of too.
            }
        }
    }
}
