using System.Net;
using System.Net.Sockets;
using Router.Wire;

namespace Router.Daemon.Steering;

/// <summary>
/// Addresses of the host names that rules speak of. They are asked for side by side, off the control thread, as a name server may
/// be slow or away; a name that is not answered keeps the addresses that it had.
/// </summary>
internal sealed class HostNames
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private Dictionary<string, Address[]> _known = [];

    /// <summary>What is known now. Replaced as a whole.</summary>
    public IReadOnlyDictionary<string, Address[]> Known => Volatile.Read(ref _known);

    /// <summary>Asks for all names anew; answers whether anything changed.</summary>
    public async Task<bool> RefreshAsync(IReadOnlyList<string> names, CancellationToken cancel)
    {
        IReadOnlyDictionary<string, Address[]> before = Known;
        Address[][] answers = await Task.WhenAll(names.Select(name => AskAsync(name, before.GetValueOrDefault(name) ?? [], cancel))).ConfigureAwait(false);
        var after = new Dictionary<string, Address[]>();
        for (int i = 0; i < names.Count; i++) after[names[i]] = answers[i];
        bool changed = after.Count != before.Count || after.Any(entry => !before.TryGetValue(entry.Key, out Address[]? old) || !old.SequenceEqual(entry.Value));
        Volatile.Write(ref _known, after);
        return changed;
    }

    private static async Task<Address[]> AskAsync(string name, Address[] before, CancellationToken cancel)
    {
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(Patience);
            IPAddress[] found = await Dns.GetHostAddressesAsync(name, patience.Token).ConfigureAwait(false);
            return [.. found.Select(Address.From).Order()];
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException or ArgumentException)
        {
            return before;
        }
    }
}
