using System.Runtime.InteropServices;
using Router.Ports.Linux.Netlink;
using static Router.Ports.Linux.Netlink.LinuxNetlink;

namespace Router.Daemon.Kernel;

/// <summary>Gets each message of a dump.</summary>
internal delegate void MessageReader(in NetlinkMessage message);

/// <summary>
/// Questions and orders to the kernel's routing tables, one at a time, each answered before the next. Belongs to one thread. An
/// order that the kernel refuses is an error number and its own words for it, not an exception: the caller knows which matter.
/// </summary>
internal sealed class Rtnetlink : IDisposable
{
    private const int ReceiveBuffer = 1 << 20;
    private const int MostDumpAttempts = 20;

    private readonly NetlinkSocket _socket = NetlinkSocket.Open([], ReceiveBuffer);
    private readonly byte[] _buffer = new byte[64 * 1024];
    private uint _sequence;

    /// <summary>What the kernel said about the last refusal, empty if nothing.</summary>
    public string LastRefusal { get; private set; } = "";

    /// <summary>Gives an order and waits for the kernel's word.</summary>
    /// <returns>0, or the errno with which it was refused.</returns>
    public int Order(NetlinkRequest request)
    {
        _socket.Send(request.Finish(++_sequence));
        while (true)
        {
            foreach (NetlinkMessage message in Read())
            {
                if (message.Sequence == _sequence && message.Type == NLMSG_ERROR) return ErrorOf(message);
            }
        }
    }

    /// <summary>
    /// Asks for a dump and hands over each message. If the tables changed meanwhile (NLM_F_DUMP_INTR) what was read may be
    /// torn, so <paramref name="begin"/> is called and the dump read again.
    /// </summary>
    /// <exception cref="IOException">The kernel refuses to tell, or its tables change all the time.</exception>
    public void Dump(NetlinkRequest request, Action begin, MessageReader read)
    {
        for (int attempt = 1; attempt <= MostDumpAttempts; attempt++)
        {
            begin();
            if (DumpOnce(request, read)) return;
        }
        throw new IOException("the kernel's routing tables change faster than they can be read");
    }

    public void Dispose() => _socket.Dispose();

    private bool DumpOnce(NetlinkRequest request, MessageReader read)
    {
        _socket.Send(request.Finish(++_sequence));
        bool whole = true;
        while (true)
        {
            foreach (NetlinkMessage message in Read())
            {
                if (message.Sequence != _sequence) continue;
                whole &= (message.Flags & NLM_F_DUMP_INTR) == 0;
                int error = message.Type is NLMSG_ERROR or NLMSG_DONE ? ErrorOf(message) : 0;
                if (error != 0) throw Refused(error);
                if (message.Type is NLMSG_DONE or NLMSG_ERROR) return whole;
                read(message);
            }
        }
    }

    private static IOException Refused(int error) =>
        new($"the kernel refuses to list its routing tables: {Marshal.GetPInvokeErrorMessage(error)}");

    private NetlinkMessages Read()
    {
        int length = _socket.Receive(_buffer);
        return new NetlinkMessages(_buffer.AsSpan(0, Math.Min(length, _buffer.Length)));
    }

    /// <summary>struct nlmsgerr: a negative errno, the request's header, and in NLMSGERR_ATTR_MSG the reason in words.</summary>
    private int ErrorOf(in NetlinkMessage message)
    {
        const int ErrorLength = 4, RequestHeader = 16;
        LastRefusal = "";
        if (!MemoryMarshal.TryRead(message.Payload, out int error)) return 0;
        if ((message.Flags & NLM_F_ACK_TLVS) != 0 && message.Type == NLMSG_ERROR && message.Payload.Length >= ErrorLength + RequestHeader)
        {
            int skip = ErrorLength + RequestHeader;
            if ((message.Flags & NLM_F_CAPPED) == 0 && MemoryMarshal.TryRead(message.Payload[ErrorLength..], out nlmsghdr request))
            {
                skip = ErrorLength + Align((int)Math.Min(request.nlmsg_len, (uint)message.Payload.Length));
            }
            foreach (NetlinkAttribute attribute in new NetlinkAttributes(message.Payload[Math.Min(skip, message.Payload.Length)..]))
            {
                if (attribute.Type == NLMSGERR_ATTR_MSG) LastRefusal = attribute.Text;
            }
        }
        return -error;
    }
}
