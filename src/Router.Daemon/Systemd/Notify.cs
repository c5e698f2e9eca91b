using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Router.Ports.Files;

namespace Router.Daemon.Systemd;

/// <summary>
/// Tells systemd how the daemon is (sd_notify(3)): lines of NAME=value, one datagram each time, to the socket that NOTIFY_SOCKET
/// names, a path or (with a leading @) an abstract name. Without that variable nothing is sent. A message that systemd does not
/// take is lost: the router goes on, and systemd will say what it missed.
/// </summary>
internal sealed class Notify : IDisposable
{
    private readonly Socket? _socket;
    private readonly UnixDomainSocketEndPoint? _systemd;
    private readonly byte[] _address = [];

    /// <param name="socket">As NOTIFY_SOCKET has it; null or empty for none.</param>
    public Notify(string? socket)
    {
        if (string.IsNullOrEmpty(socket) || socket[0] is not ('/' or '@')) return;
        _systemd = new UnixDomainSocketEndPoint(socket[0] == '@' ? $"\0{socket[1..]}" : socket);
        _address = _systemd.Serialize().Buffer[.._systemd.Serialize().Size].ToArray();
        _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendTimeout = 1000 };
    }

    /// <summary>For this process. Child processes do not inherit the variables, so none of them can speak for us.</summary>
    public static Notify FromEnvironment()
    {
        var notify = new Notify(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"))
        {
            WatchdogInterval = ReadWatchdog(
                Environment.GetEnvironmentVariable("WATCHDOG_USEC"),
                Environment.GetEnvironmentVariable("WATCHDOG_PID"),
                Environment.ProcessId),
        };
        foreach (string name in (ReadOnlySpan<string>)["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"])
        {
            Environment.SetEnvironmentVariable(name, null);
        }
        return notify;
    }

    /// <summary>Within which time <see cref="Watchdog"/> must be called again and again (half of it is wise); null for never.</summary>
    public TimeSpan? WatchdogInterval { get; internal init; }

    /// <summary>The daemon forwards; also ends <see cref="Reloading"/>.</summary>
    public void Ready(string status) => Send($"READY=1\nSTATUS={OneLine(status)}");

    /// <summary>A reload begins. Systemd 253 and later (Type=notify-reload) asks for the time too.</summary>
    public void Reloading() => Send(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={MonotonicMicroseconds()}"));

    /// <summary>The daemon is about to end.</summary>
    public void Stopping(string status) => Send($"STOPPING=1\nSTATUS={OneLine(status)}");

    /// <summary>The sentence that `systemctl status` shows.</summary>
    public void Status(string status) => Send($"STATUS={OneLine(status)}");

    /// <summary>A sign of life. It neither waits nor allocates, so that the forwarding thread itself may give it.</summary>
    public void Watchdog()
    {
        if (_socket is not null) _ = DescriptorPost.Send((int)_socket.Handle, _address, "WATCHDOG=1"u8);
    }

    /// <summary>
    /// Has systemd keep an open descriptor for the next process. FDPOLL=0: it is not to be looked at meanwhile, as a TUN device that is
    /// down looks like an error.
    /// </summary>
    public void Store(string name, int descriptor)
    {
        if (_socket is not null) _ = DescriptorPost.Send((int)_socket.Handle, _address, Encoding.ASCII.GetBytes($"FDSTORE=1\nFDNAME={name}\nFDPOLL=0"), descriptor);
    }

    /// <summary>Has it close what it keeps under that name.</summary>
    public void Unstore(string name) => Send($"FDSTOREREMOVE=1\nFDNAME={name}");

    public void Dispose() => _socket?.Dispose();

    /// <summary>The interval that was set for this process, if it was.</summary>
    internal static TimeSpan? ReadWatchdog(string? microseconds, string? pid, int ownPid)
    {
        if (pid is not null && pid != ownPid.ToString(CultureInfo.InvariantCulture)) return null;
        return long.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out long value) && value > 0
            ? TimeSpan.FromMicroseconds(value)
            : null;
    }

    private void Send(string message)
    {
        if (_socket is null) return;
        try
        {
            _socket.SendTo(Encoding.UTF8.GetBytes(message), SocketFlags.None, _systemd!);
        }
        catch (SocketException)
        {
            // See above: lost.
        }
    }

    /// <summary>CLOCK_MONOTONIC, which is what Stopwatch reads on Linux, in nanoseconds.</summary>
    private static long MonotonicMicroseconds() => Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000);

    private static string OneLine(string status) => status.ReplaceLineEndings(" ");
}
