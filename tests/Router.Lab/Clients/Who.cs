using System.Net;

using Router.Lab.Bed;
using Router.Lab.Kernel;

namespace Router.Lab.Clients;

/// <summary>Asks a web server of the lab by curl as whom it sees us.</summary>
internal static class Who
{
    public static string Is(NetworkNamespace host, IPAddress? server = null, params string[] curl)
    {
        IPAddress to = server ?? Plan.Servers[0];
        string name = to.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{to}]" : to.ToString();
        return host.Run("curl", ["-sS", "-m", "5", .. curl, $"http://{name}/"]).OrThrow().Text;
    }

    /// <summary>The number of the link by whose address the server sees the host.</summary>
    public static int LinkOf(NetworkNamespace host) => LinkOf(Is(host));

    public static int LinkOf(string seenAs)
    {
        string address = seenAs.Split(':')[0];
        for (int link = 0; link < 3; link++)
        {
            if (address == Plan.LinkAddress(link).ToString()) return link;
        }
        throw new LabException($"'{seenAs}' is the address of no link");
    }
}
