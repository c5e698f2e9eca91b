using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Router.Daemon.Systemd;
using Router.Ports.Files;

namespace Router.Daemon.Succession;

/// <summary>
/// The process that comes after this one, while this one still forwards (routerd --take-over). It connects to a socket in the runtime
/// directory that only root may open, and each message is a packet of its own (SOCK_SEQPACKET, unix(7)):
///
///     successor                                     predecessor, which forwards
///     reads its configuration, compiles the rules
///     "ready"                        ---------->
///                                    <----------    "NAME" with a descriptor, for each queue and socket in use
///                                    <----------    "pid NUMBER"
///                                                   closes its sockets, stops forwarding, lets go of the tables
///                                    <----------    "left MICROSECONDS", when it last looked for packets (CLOCK_MONOTONIC)
///     opens the tables, forwards                    ends
///
/// Between the two packets wait in queues and sockets, which both have open. A successor that ends before it is ready, as its
/// configuration is wrong or it is not the program that it should be, has changed nothing.
/// </summary>
internal sealed class Successor : IDisposable
{
    /// <summary>The socket's name in the runtime directory.</summary>
    public const string SocketName = "handover.sock";

    /// <summary>How long reading the largest configuration may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _path;
    private readonly DescriptorStore _store;
    private Socket? _listener, _ready;

    /// <param name="runtime">The runtime directory.</param>
    /// <param name="store">What is handed over.</param>
    public Successor(string runtime, DescriptorStore store) => (_path, _store) = (Path.Combine(runtime, SocketName), store);

    /// <summary>When this process last looked for packets, microseconds; asked at the end.</summary>
    public Func<long> LastForwarded { private get; set; } = () => 0;

    /// <summary>Whether there is one, so that this process ends for his sake.</summary>
    public bool IsWaiting => Volatile.Read(ref _ready) is not null;

    /// <summary>Waits for somebody who takes over, on a thread of its own.</summary>
    /// <param name="leave">Called once he is ready. The process is to end then; what it holds is let go before <see cref="Dispose"/>.</param>
    /// <exception cref="SocketException">The socket cannot be made.</exception>
    public void Listen(Action leave)
    {
        File.Delete(_path);
        _listener = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        _listener.Bind(new UnixDomainSocketEndPoint(_path));
        File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _listener.Listen(1);
        new Thread(() => Serve(_listener, leave)) { Name = "handover", IsBackground = true }.Start();
    }

    /// <summary>Tells him, if there is one, that nothing is held any more.</summary>
    public void Dispose()
    {
        if (_listener is not null) File.Delete(_path);
        _listener?.Dispose();
        if (_ready is null) return;
        _ = Send(_ready, string.Create(CultureInfo.InvariantCulture, $"left {LastForwarded()}"));
        _ready.Dispose();
    }

    private void Serve(Socket listener, Action leave)
    {
        try
        {
            while (_ready is null)
            {
                Socket candidate = listener.Accept();
                candidate.ReceiveTimeout = (int)Patience.TotalMilliseconds;
                if (IsReady(candidate) && HandOver(candidate)) Volatile.Write(ref _ready, candidate);
                else candidate.Dispose();
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            return;
        }
        leave();
    }

    private static bool IsReady(Socket candidate)
    {
        Span<byte> said = stackalloc byte[16];
        int length = DescriptorPost.Receive((int)candidate.Handle, said, out _);
        return length > 0 && said[..length].SequenceEqual("ready"u8);
    }

    private bool HandOver(Socket candidate) =>
        _store.InUse.All(one => Send(candidate, one.Name, one.Descriptor)) && Send(candidate, string.Create(CultureInfo.InvariantCulture, $"pid {Environment.ProcessId}"));

    private static bool Send(Socket to, string text, int descriptor = -1) => DescriptorPost.Send((int)to.Handle, [], Encoding.ASCII.GetBytes(text), descriptor) == 0;
}
