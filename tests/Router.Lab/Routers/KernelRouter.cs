using Router.Lab.Bed;
using Router.Lab.Kernel;

namespace Router.Lab.Routers;

/// <summary>
/// The reference: the kernel forwards and nftables masquerades, as a Linux box does without us. It uses the first link
/// only. It shows that the lab is sound, and it is what the bench measures us against.
/// </summary>
internal sealed class KernelRouter(Topology bed) : RouterUnderTest(bed)
{
    private const string Rules = """
        table ip reference {
            chain out {
                type nat hook postrouting priority srcnat
                oifname "wan*" masquerade
            }
            chain in {
                type nat hook prerouting priority dstnat
                iifname "wan*" tcp dport 8080 dnat to 10.0.0.12:80
            }
        }
        table inet reference {
            chain forward {
                type filter hook forward priority filter
                tcp flags syn tcp option maxseg size set rt mtu
            }
        }
        """;

    public override string Name => "kernel";

    public override void Start() => Bed.Router.RunWithInput(Rules, "nft", "-f", "-").OrThrow();

    public override void Dispose() => Bed.Router.Run("nft", "delete table ip reference; delete table inet reference");
}
