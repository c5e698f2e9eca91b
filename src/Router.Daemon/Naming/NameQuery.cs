using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Router.Daemon.Naming;

/// <summary>
/// Asks one server one question: by a datagram, again without the extension if the server does not know it, and by TCP if the answer
/// does not fit. The socket is connected, so that only this server's answers are heard, its port and the id are the kernel's and
/// our own dice; what comes in and is not the answer is passed over until the time is up. The question takes the box's own way, like
/// all that its programs send: by rule, link and pin.
/// </summary>
internal static class NameQuery
{
    /// <summary>A name server may send this much by TCP, as its length has two octets.</summary>
    private const int MostStream = 65535;

    /// <returns>The answer; if there was none, why.</returns>
    public static async Task<(NameAnswer? Answer, string Fault)> AskAsync(IPEndPoint server, string name, ushort type, TimeSpan timeout, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(timeout);
        try
        {
            NameAnswer answer = await AskAsync(server, Question(name, type, extended: true), patience.Token).ConfigureAwait(false);
            if (answer.Verdict == NameVerdict.TooModern) answer = await AskAsync(server, Question(name, type, extended: false), patience.Token).ConfigureAwait(false);
            return answer.Verdict == NameVerdict.Answered ? (answer, "") : (null, $"{server.Address} refuses to say, with code {answer.Code}");
        }
        catch (OperationCanceledException)
        {
            return (null, $"{server.Address} does not answer");
        }
        catch (Exception fault) when (fault is SocketException or IOException)
        {
            return (null, $"{server.Address} cannot be asked: {fault.Message}");
        }
    }

    private static NameQuestion Question(string name, ushort type, bool extended) =>
        NameQuestion.Of((ushort)RandomNumberGenerator.GetInt32(0x10000), name, type, extended);

    private static async Task<NameAnswer> AskAsync(IPEndPoint server, NameQuestion question, CancellationToken cancel)
    {
        byte[] octets = new byte[NameQuestion.MostDatagram];
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, cancel).ConfigureAwait(false);
        await socket.SendAsync(question.Message, cancel).ConfigureAwait(false);
        while (true)
        {
            int length = await socket.ReceiveAsync(octets, cancel).ConfigureAwait(false);
            NameAnswer answer = NameAnswer.Read(octets.AsSpan(0, length), question);
            if (answer.Verdict == NameVerdict.Truncated) return await AskByStreamAsync(server, question, cancel).ConfigureAwait(false);
            if (answer.Verdict != NameVerdict.NotOurs) return answer;
        }
    }

    // Each message has its length in front, two octets (RFC 1035 4.2.2).
    private static async Task<NameAnswer> AskByStreamAsync(IPEndPoint server, NameQuestion question, CancellationToken cancel)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server, cancel).ConfigureAwait(false);
        using var stream = new NetworkStream(socket);
        byte[] sent = new byte[2 + question.Message.Length], octets = new byte[MostStream];
        BinaryPrimitives.WriteUInt16BigEndian(sent, (ushort)question.Message.Length);
        question.Message.CopyTo(sent, 2);
        await stream.WriteAsync(sent, cancel).ConfigureAwait(false);
        await stream.ReadExactlyAsync(octets.AsMemory(0, 2), cancel).ConfigureAwait(false);
        int length = BinaryPrimitives.ReadUInt16BigEndian(octets);
        await stream.ReadExactlyAsync(octets.AsMemory(0, length), cancel).ConfigureAwait(false);
        NameAnswer answer = NameAnswer.Read(octets.AsSpan(0, length), question);
        return answer.Verdict is NameVerdict.NotOurs or NameVerdict.Truncated ? throw new IOException("what it says by TCP does not answer the question") : answer;
    }
}
