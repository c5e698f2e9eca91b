using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Router.Wire;

namespace Router.Daemon.Health.Probes;

/// <summary>
/// Looks up one name over one link: one question by UDP from the link's own address to one server after the other, each with the
/// same patience. The first that says NOERROR or NXDOMAIN is believed. The system's resolver is of no use here, as it asks over
/// whatever link the box's own traffic takes.
/// </summary>
internal static class NameLookup
{
    private const int MostAnswer = 4096;

    private static readonly string[] BoxFiles = ["/run/systemd/resolve/resolv.conf", "/etc/resolv.conf"];

    /// <returns>The addresses, none if there is no answer, and for how many seconds they hold.</returns>
    public static async Task<(Address[] Addresses, uint Ttl)> AskAsync(
        string name, bool v4, IReadOnlyList<Address> servers, ProbeSource source, TimeSpan patience)
    {
        var question = new DnsQuestion(name, v4 ? DnsQuestion.A : DnsQuestion.Aaaa);
        foreach (Address server in servers)
        {
            if (!source.Has(server.IsV4)) continue;
            using var limit = new CancellationTokenSource(patience);
            try
            {
                if (await AskAsync(question, server, source.Of(server.IsV4), limit.Token).ConfigureAwait(false) is { } answer) return answer;
            }
            catch (Exception fault) when (fault is SocketException or OperationCanceledException)
            {
                // Refused, unreachable or silent: the next one is asked.
            }
        }
        return ([], 0);
    }

    /// <summary>The name servers of the box that a link could reach: two at the most, none on the box itself.</summary>
    public static Address[] BoxServers()
    {
        foreach (string file in BoxFiles)
        {
            if (!File.Exists(file)) continue;
            try
            {
                Address[] found = Servers(File.ReadLines(file));
                if (found.Length > 0) return found;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // As if it named none.
            }
        }
        return [];
    }

    /// <summary>What resolv.conf(5) names, in its order.</summary>
    internal static Address[] Servers(IEnumerable<string> lines)
    {
        var found = new List<Address>();
        foreach (string line in lines)
        {
            string[] words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words is not ["nameserver", var text, ..] || !Address.TryParse(text, out Address server)) continue;
            if (!server.IsLoopback && !server.IsUnspecified && !server.IsLinkLocal && found.Count < 2) found.Add(server);
        }
        return [.. found];
    }

    private static async Task<(Address[], uint)?> AskAsync(DnsQuestion question, Address server, Address source, CancellationToken limit)
    {
        using var socket = new Socket(server.IsV4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(source.ToIPAddress(), 0));
        await socket.ConnectAsync(new IPEndPoint(server.ToIPAddress(), Configuration.ProbeTarget.DnsPort), limit).ConfigureAwait(false);
        byte[] octets = new byte[MostAnswer];
        ushort id = (ushort)RandomNumberGenerator.GetInt32(0x10000);
        await socket.SendAsync(octets.AsMemory(0, question.Write(octets, id)), limit).ConfigureAwait(false);
        while (true)
        {
            int length = await socket.ReceiveAsync(octets, limit).ConfigureAwait(false);
            bool isOurs = DnsQuestion.TryReadId(octets.AsSpan(0, length), out ushort answered) && answered == id;
            if (!isOurs || !question.TryReadAnswer(octets.AsSpan(0, length), out int rcode)) continue;
            if (rcode is not (DnsQuestion.NoError or DnsQuestion.NoSuchName)) return null;
            return ([.. question.Addresses(octets.AsSpan(0, length), out uint ttl)], ttl);
        }
    }
}
