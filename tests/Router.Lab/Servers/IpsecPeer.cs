using System.Net;

using Router.Lab.Bed;
using Router.Lab.Kernel;

namespace Router.Lab.Servers;

/// <summary>
/// strongSwan with ESP in UDP by a program of its own, as this kernel has no ESP. It reads fixed files and keeps its sockets in
/// /run, so each peer sees files of its own there, in a mount namespace.
/// </summary>
internal static class IpsecPeer
{
    private const string Starter = "/usr/lib/ipsec/starter";

    public static bool Available => File.Exists(Starter) && File.Exists("/usr/lib/ipsec/plugins/libstrongswan-kernel-libipsec.so");

    /// <summary>Starts one end of a tunnel between two addresses, which it carries on its loopback.</summary>
    /// <param name="name">What it is called, towards the other end too.</param>
    /// <param name="inner">Its address within the tunnel.</param>
    /// <param name="peer">The other end's name and address within.</param>
    /// <param name="remote">Where the other end is; null waits for it to come.</param>
    /// <param name="more">Further lines of its connection, such as "dpddelay=2s".</param>
    public static BackgroundProgram Start(Topology bed, NetworkNamespace space, string name, string inner, (string Name, string Inner) peer, IPAddress local, IPAddress? remote, params string[] more)
    {
        space.Run("ip", "addr", "replace", inner + "/32", "dev", "lo").OrThrow();
        string folder = Directory.CreateDirectory(Path.Combine(bed.Directory, "ipsec-" + name)).FullName;
        Directory.CreateDirectory(Path.Combine(folder, "run"));
        File.WriteAllText(Path.Combine(folder, "ipsec.secrets"), ": PSK \"known to both\"\n");
        File.WriteAllText(Path.Combine(folder, "strongswan.conf"), """
            charon {
              load = aes sha1 sha2 hmac kdf gcm nonce random gmp kernel-libipsec kernel-netlink socket-default stroke updown
              filelog { stderr { default = 1 } }
            }
            """ + "\n");
        File.WriteAllText(Path.Combine(folder, "ipsec.conf"), $"""
            conn tunnel
              left={local}
              leftid=@{name}
              leftsubnet={inner}/32
              right={remote?.ToString() ?? "%any"}
              rightid=@{peer.Name}
              rightsubnet={peer.Inner}/32
              ike=aes256-sha256-modp2048!
              esp=aes256-sha256!
              keyexchange=ikev2
              authby=secret
              forceencaps=yes
              auto={(remote is null ? "add" : "start")}
            """ + "\n" + string.Concat(more.Select(line => $"  {line}\n")));
        return space.Start("unshare", "-m", "--propagation", "private", "bash", "-c",
            $"for f in ipsec.conf ipsec.secrets strongswan.conf; do mount --bind {folder}/$f /etc/$f; done; mount --bind {folder}/run /run; exec {Starter} --nofork");
    }
}
