using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Router.Web.Directories;

/// <summary>
/// Whether a directory server is there at all: connects, asks for StartTLS where that is wanted, and goes through the TLS handshake, all of
/// it within a time that is ours. The LDAP library is asked to do that only afterwards: a server that takes its connection and then says
/// nothing has it turn round and round within its handshake, deaf to its own time limits. Nothing is said here that is worth
/// anything, and the certificate is looked at by the library, not here.
/// </summary>
internal static class Knock
{
    /// <summary>An ExtendedRequest of StartTLS, message 1 (RFC 4511 4.12, 4.14.1): SEQUENCE { 1, [APPLICATION 23] { [0] OID } }.</summary>
    private static readonly byte[] StartTlsRequest = [0x30, 0x1d, 0x02, 0x01, 0x01, 0x77, 0x18, 0x80, 0x16, .. "1.3.6.1.4.1.1466.20037"u8];

    /// <summary>Returns if the server answers.</summary>
    /// <exception cref="IOException">It does not; the message says how.</exception>
    public static async Task AskAsync(string host, int port, bool isTls, bool startTls, TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(host, port, limit.Token);
            NetworkStream stream = client.GetStream();
            if (isTls) await ShakeHandsAsync(stream, host, limit.Token);
            else if (startTls) await StartTlsAsync(stream, host, limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new IOException($"no answer within {patience.TotalSeconds:0.#} s");
        }
        catch (Exception fault) when (fault is SocketException or AuthenticationException)
        {
            throw new IOException(fault.Message, fault);
        }
    }

    // The answer's length is in its second octet, as it is short; whether it agrees, the library will see.
    private static async Task StartTlsAsync(NetworkStream stream, string host, CancellationToken limit)
    {
        await stream.WriteAsync(StartTlsRequest, limit);
        byte[] head = new byte[2];
        await stream.ReadExactlyAsync(head, limit);
        if (head[0] != 0x30 || head[1] >= 0x80) throw new IOException("it does not speak LDAP");
        await stream.ReadExactlyAsync(new byte[head[1]], limit);
        await ShakeHandsAsync(stream, host, limit);
    }

    private static async Task ShakeHandsAsync(Stream stream, string host, CancellationToken limit)
    {
        await using var tls = new SslStream(stream, leaveInnerStreamOpen: true);
        var options = new SslClientAuthenticationOptions { TargetHost = host };
#pragma warning disable CA5359 // Nothing secret is said on this connection; the one that follows has its certificate checked.
        options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        await tls.AuthenticateAsClientAsync(options, limit);
    }
}
