using Router.Wire;

namespace Router.Daemon.Naming;

/// <summary>What a look-up found of one name: an answer for each family, or why there is none.</summary>
/// <param name="V4">IPv4; null if nobody could say.</param>
/// <param name="V6">IPv6; null if nobody could say.</param>
/// <param name="Fault">In words, if nobody could say.</param>
internal sealed record NameFinding(NameAnswer? V4, NameAnswer? V6, string Fault);

/// <summary>
/// Looks a name up as the box's own programs do, by /etc/hosts and then by the servers of /etc/resolv.conf, and learns how long the
/// answer holds, which the system's resolver keeps to itself (getaddrinfo(3) has no place for a ttl). Both files are read each time, as
/// a DHCP client may rewrite them at any moment. Both families are asked for at once.
/// </summary>
internal sealed class NameLookup(string hosts = "/etc/hosts", Func<NameServers>? servers = null)
{
    /// <summary>For how long /etc/hosts is believed, seconds.</summary>
    private const uint HostsHold = 60;

    public async Task<NameFinding> AskAsync(string name, CancellationToken cancel)
    {
        if (OfHosts(name) is { Length: > 0 } own)
        {
            return new NameFinding(Of([.. own.Where(address => address.IsV4)]), Of([.. own.Where(address => !address.IsV4)]), "");
        }
        NameServers whom = servers is null ? NameServers.Read() : servers();
        Task<(NameAnswer? Answer, string Fault)> v4 = AskAsync(whom, name, NameQuestion.TypeA, cancel), v6 = AskAsync(whom, name, NameQuestion.TypeAaaa, cancel);
        await Task.WhenAll(v4, v6).ConfigureAwait(false);
        return new NameFinding((await v4.ConfigureAwait(false)).Answer, (await v6.ConfigureAwait(false)).Answer,
            (await v4.ConfigureAwait(false)).Fault is { Length: > 0 } fault ? fault : (await v6.ConfigureAwait(false)).Fault);
    }

    private static NameAnswer Of(Address[] addresses) => new(NameVerdict.Answered, addresses, HostsHold, 0);

    // One server after the other, and again from the beginning: the first that can say is believed.
    private static async Task<(NameAnswer? Answer, string Fault)> AskAsync(NameServers whom, string name, ushort type, CancellationToken cancel)
    {
        string why = "";
        int count = whom.Servers.Count, first = whom.Rotate ? Random.Shared.Next(count) : 0;
        for (int turn = 0; turn < whom.Attempts * count; turn++)
        {
            (NameAnswer? answer, string fault) = await NameQuery.AskAsync(whom.Servers[(first + turn) % count], name, type, whom.Timeout, cancel).ConfigureAwait(false);
            if (answer is not null) return (answer, "");
            why = fault;
        }
        return (null, why);
    }

    // hosts(5): an address and its names, `#` begins a comment.
    private Address[] OfHosts(string name)
    {
        try
        {
            var found = new SortedSet<Address>();
            foreach (string line in File.ReadLines(hosts))
            {
                int comment = line.IndexOf('#', StringComparison.Ordinal);
                string[] words = (comment < 0 ? line : line[..comment]).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
                if (words.Skip(1).Contains(name, StringComparer.OrdinalIgnoreCase) && Address.TryParse(words[0], out Address address)) found.Add(address);
            }
            return [.. found.Take(NameAnswer.MostAddresses)];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
