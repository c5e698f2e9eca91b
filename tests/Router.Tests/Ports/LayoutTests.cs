using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Router.Ports;
using Router.Ports.Linux;
using Router.Ports.Linux.Crypt;

namespace Router.Tests.Ports;

/// <summary>
/// The bindings against the C compiler: every constant of every binding class by its C name, the size of every struct, and the
/// offset and size of every field. A new binding is covered as soon as its class is listed.
/// </summary>
public unsafe class LayoutTests
{
    private static readonly string[] Headers =
    [
        "errno.h", "fcntl.h", "unistd.h", "sys/socket.h", "sys/uio.h", "sys/ioctl.h", "sys/epoll.h", "sys/eventfd.h", "sys/resource.h", "sys/timerfd.h", "time.h",
        "net/if.h", "net/if_arp.h", "linux/if_tun.h", "linux/if_packet.h", "linux/if_ether.h", "linux/virtio_net.h", "linux/filter.h",
        "linux/sockios.h", "linux/bpf.h", "signal.h", "crypt.h", "sys/stat.h",
    ];

    private static readonly Type[] Bindings =
    [
        typeof(Errno), typeof(Fcntl), typeof(SysSocket), typeof(SysUio), typeof(SysIoctl), typeof(SysEpoll), typeof(SysEventfd), typeof(SysResource), typeof(SysTimerfd),
        typeof(NetIf), typeof(LinuxIfTun), typeof(LinuxIfPacket), typeof(LinuxVirtioNet), typeof(LinuxFilter), typeof(SysSignal), typeof(SysStat),
    ];

    /// <summary>Newer than the headers of Debian 12: these the compiler may not know.</summary>
    private static readonly string[] MayBeUnknown = ["TUN_F_USO4", "TUN_F_USO6", "VIRTIO_NET_HDR_GSO_UDP_L4"];

    /// <summary>linux/bpf.h names its numbers in enums, and its attributes in a union of nameless structs.</summary>
    [Fact]
    public void TheProgramThatMarksSocketsIsWhatTheHeadersSay()
    {
        Dictionary<string, long> ours = new()
        {
            ["(BPF_PROG_LOAD)"] = LinuxBpf.BPF_PROG_LOAD,
            ["(BPF_PROG_ATTACH)"] = LinuxBpf.BPF_PROG_ATTACH,
            ["(BPF_PROG_TYPE_CGROUP_SOCK)"] = LinuxBpf.BPF_PROG_TYPE_CGROUP_SOCK,
            ["(BPF_CGROUP_INET_SOCK_CREATE)"] = LinuxBpf.BPF_CGROUP_INET_SOCK_CREATE,
            ["(BPF_ALU64 | BPF_MOV | BPF_K)"] = MarkedGroup.MOV,
            ["(BPF_STX | BPF_MEM | BPF_W)"] = MarkedGroup.STORE_WORD,
            ["(BPF_JMP | BPF_EXIT)"] = MarkedGroup.EXIT,
            ["offsetof(struct bpf_sock, mark)"] = MarkedGroup.bpf_sock_mark,
            ["sizeof(struct bpf_insn)"] = sizeof(MarkedGroup.bpf_insn),
            ["offsetof(struct bpf_insn, imm)"] = (long)Marshal.OffsetOf<MarkedGroup.bpf_insn>("imm"),
            ["offsetof(union bpf_attr, insns)"] = (long)Marshal.OffsetOf<MarkedGroup.prog_load>("insns"),
            ["offsetof(union bpf_attr, license)"] = (long)Marshal.OffsetOf<MarkedGroup.prog_load>("license"),
            ["offsetof(union bpf_attr, expected_attach_type)"] = (long)Marshal.OffsetOf<MarkedGroup.prog_load>("expected_attach_type"),
            ["offsetof(union bpf_attr, attach_flags)"] = (long)Marshal.OffsetOf<MarkedGroup.prog_attach>("attach_flags"),
        };
        Dictionary<string, long?> theirs = CompilerOracle.Ask(Headers, [.. ours.Keys]);
        Assert.Empty(ours.Where(o => theirs[o.Key] != o.Value).Select(o => $"{o.Key}: ours {o.Value}, C says {theirs[o.Key]}"));
    }

    [Fact]
    public void TheScratchOfPasswordHashingIsAsLargeAsTheHeaderSays()
    {
        Dictionary<string, long> ours = new()
        {
            ["sizeof(struct crypt_data)"] = CryptH.CryptDataSize,
            ["CRYPT_OUTPUT_SIZE"] = CryptH.CRYPT_OUTPUT_SIZE,
            ["CRYPT_MAX_PASSPHRASE_SIZE"] = CryptH.CRYPT_MAX_PASSPHRASE_SIZE,
            ["CRYPT_GENSALT_OUTPUT_SIZE"] = CryptH.CRYPT_GENSALT_OUTPUT_SIZE,
        };
        Dictionary<string, long?> theirs = CompilerOracle.Ask(Headers, [.. ours.Keys]);
        Assert.Empty(ours.Where(o => theirs[o.Key] != o.Value).Select(o => $"{o.Key}: ours {o.Value}, C says {theirs[o.Key]}"));
    }

    [Fact]
    public void ConstantsAreWhatTheCompilerSays()
    {
        Dictionary<string, long> ours = [];
        foreach (Type binding in Bindings)
        {
            foreach (FieldInfo field in binding.GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral))
                ours.Add(field.Name, Convert.ToInt64(field.GetRawConstantValue(), null));
        }
        Assert.True(ours.Count > 80);
        Dictionary<string, long?> theirs = CompilerOracle.Ask(Headers, [.. ours.Keys]);
        List<string> wrong = [];
        foreach ((string name, long value) in ours)
        {
            if (theirs[name] is long real ? real != value : !MayBeUnknown.Contains(name)) wrong.Add($"{name}: ours {value}, C says {theirs[name]}");
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public void StructsAreLaidOutAsTheCompilerDoes()
    {
        Dictionary<string, long> ours = [];
        foreach (Type type in Bindings.SelectMany(b => b.GetNestedTypes()))
        {
            string name = $"struct {type.Name}";
            ours.Add($"sizeof({name})", SizeOf(type));
            foreach (FieldInfo field in type.GetFields(BindingFlags.Public | BindingFlags.Instance))
            {
                ours.Add($"offsetof({name}, {field.Name})", OffsetOf(type, field));
                ours.Add($"sizeof((({name} *)0)->{field.Name})", SizeOf(field.FieldType));
            }
        }
        Assert.True(ours.Count > 60);
        Dictionary<string, long?> theirs = CompilerOracle.Ask(Headers, [.. ours.Keys]);
        Assert.Empty(ours.Where(o => theirs[o.Key] != o.Value).Select(o => $"{o.Key}: ours {o.Value}, C says {theirs[o.Key]}"));
    }

    private static long SizeOf(Type type) => type.IsPointer ? sizeof(nint) : RuntimeHelpers.SizeOf(type.TypeHandle);

    /// <summary>
    /// Where a field really lies (a StrongBox's value stands where every boxed struct begins): a boxed struct is filled with ones in one field after it was all zero, and the first octet that
    /// changed is the offset. Marshal.OffsetOf would tell the marshalled layout, which is not what the calls pass.
    /// </summary>
    private static long OffsetOf(Type type, FieldInfo field)
    {
        object box = RuntimeHelpers.GetUninitializedObject(type);
        field.SetValue(box, Ones(field.FieldType));
        ReadOnlySpan<byte> octets = new(Unsafe.AsPointer(ref Unsafe.As<StrongBox<byte>>(box).Value), (int)SizeOf(type));
        return octets.IndexOf((byte)0xff);
    }

    private static object Ones(Type type)
    {
        if (type.IsPointer) return Pointer.Box((void*)-1L, type);
        object box = RuntimeHelpers.GetUninitializedObject(type);
        new Span<byte>(Unsafe.AsPointer(ref Unsafe.As<StrongBox<byte>>(box).Value), (int)SizeOf(type)).Fill(0xff);
        return box;
    }
}
