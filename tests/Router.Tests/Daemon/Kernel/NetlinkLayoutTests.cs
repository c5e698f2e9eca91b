using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Router.Ports.Linux.Netlink;
using Router.Tests.Ports;

namespace Router.Tests.Daemon.Kernel;

/// <summary>The netlink bindings against the C compiler: every constant, the size of every struct, the offset of every field.</summary>
public class NetlinkLayoutTests
{
    private static readonly string[] Headers =
    [
        "sys/socket.h", "linux/netlink.h", "linux/rtnetlink.h", "linux/if.h", "linux/if_arp.h", "linux/if_link.h", "linux/if_addr.h",
        "linux/neighbour.h", "linux/fib_rules.h",
    ];

    private static readonly Type[] Bindings =
    [
        typeof(LinuxNetlink), typeof(LinuxRtnetlink), typeof(LinuxIfLink), typeof(LinuxIfAddr), typeof(LinuxNeighbour), typeof(LinuxFibRules),
    ];

    [Fact]
    public void Constants_are_what_the_compiler_says()
    {
        // In brackets, as most of them are enumerators, which #ifdef does not know.
        Dictionary<string, long> ours = Bindings.SelectMany(b => b.GetFields(BindingFlags.Public | BindingFlags.Static)).Where(f => f.IsLiteral)
            .ToDictionary(f => $"({f.Name})", f => Convert.ToInt64(f.GetRawConstantValue(), null));
        Assert.True(ours.Count > 90);
        Dictionary<string, long?> theirs = CompilerOracle.Ask(Headers, [.. ours.Keys]);
        Assert.Empty(ours.Where(o => theirs[o.Key] != o.Value).Select(o => $"{o.Key}: ours {o.Value}, C says {theirs[o.Key]}"));
    }

    [Fact]
    public void Structs_are_laid_out_as_the_compiler_does()
    {
        Dictionary<string, long> ours = [];
        foreach (Type type in Bindings.SelectMany(b => b.GetNestedTypes()))
        {
            ours.Add($"sizeof(struct {type.Name})", RuntimeHelpers.SizeOf(type.TypeHandle));
            foreach (FieldInfo field in type.GetFields(BindingFlags.Public | BindingFlags.Instance))
            {
                ours.Add($"offsetof(struct {type.Name}, {field.Name})", (long)Marshal.OffsetOf(type, field.Name));
                ours.Add($"sizeof(((struct {type.Name} *)0)->{field.Name})", RuntimeHelpers.SizeOf(field.FieldType.TypeHandle));
            }
        }
        Assert.True(ours.Count > 80);
        Dictionary<string, long?> theirs = CompilerOracle.Ask(Headers, [.. ours.Keys]);
        Assert.Empty(ours.Where(o => theirs[o.Key] != o.Value).Select(o => $"{o.Key}: ours {o.Value}, C says {theirs[o.Key]}"));
    }
}
