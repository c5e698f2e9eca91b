using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Router.Ports.Linux;
using static Router.Ports.Linux.LinuxBpf;

namespace Router.Ports;

/// <summary>
/// A control group (cgroup 2) whose programs' sockets get a mark when they are made, whatever the program is and however it is linked:
/// a BPF program of four instructions at BPF_CGROUP_INET_SOCK_CREATE writes it, as `ip vrf exec` writes the device. Routing goes by the mark
/// from the first look-up on, so an unbound socket gets the source address of the route that the mark leads to.
///
/// The group's name has the mark in it, and the program stays with the group: made again it is replaced by its like.
/// </summary>
public static class MarkedGroup
{
    private const string Parent = "routerd-use";

    /// <summary>BPF_ALU64 | BPF_MOV | BPF_K; BPF_STX | BPF_MEM | BPF_W; BPF_JMP | BPF_EXIT.</summary>
    internal const byte MOV = 0xB7, STORE_WORD = 0x63, EXIT = 0x95;

    /// <summary>offsetof(struct bpf_sock, mark)</summary>
    internal const short bpf_sock_mark = 16;

    [StructLayout(LayoutKind.Sequential)]
    internal struct bpf_insn
    {
        public byte code;

        /// <summary>The register written in the low four bits, the one read in the high ones.</summary>
        public byte regs;
        public short off;
        public int imm;
    }

    /// <summary>The first fields of union bpf_attr for BPF_PROG_LOAD; a shorter one than the kernel's is taken as filled up with zeros.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct prog_load
    {
        public uint prog_type, insn_cnt;
        public ulong insns, license;
        public uint log_level, log_size;
        public ulong log_buf;
        public uint kern_version, prog_flags;
        public fixed byte prog_name[16];
        public uint prog_ifindex, expected_attach_type;
    }

    /// <summary>The same for BPF_PROG_ATTACH.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct prog_attach
    {
        public uint target_fd, attach_bpf_fd, attach_type, attach_flags;
    }

    /// <summary>Moves this process, and what it starts from now on, into the group of a mark.</summary>
    /// <param name="name">For people who read /proc/PID/cgroup.</param>
    /// <param name="mark">Of the sockets.</param>
    /// <exception cref="PortException">The kernel has no such groups, or does not let us.</exception>
    public static void Enter(string name, uint mark)
    {
        string root = Root() ?? throw new PortException("there is no control group hierarchy of version 2 mounted here (mount -t cgroup2 none /sys/fs/cgroup)");
        string group = Path.Combine(root, Parent, string.Create(CultureInfo.InvariantCulture, $"{name}-{mark:x8}"));
        try
        {
            Directory.CreateDirectory(group);
            Attach(group, mark);
            File.WriteAllText(Path.Combine(group, "cgroup.procs"), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        }
        catch (UnauthorizedAccessException)
        {
            throw new PortException("control groups may be made by root only: use sudo");
        }
        catch (IOException fault)
        {
            throw new PortException($"the control group {group} cannot be entered: {fault.Message}");
        }
    }

    /// <summary>Becomes another program: returns only if that fails.</summary>
    /// <param name="words">The program, sought in PATH if it has no slash, and its arguments.</param>
    /// <returns>errno.</returns>
    public static int Become(IReadOnlyList<string> words)
    {
        // .NET ignores it, and what is ignored stays so: `| head` would not end the program.
        SysSignal.signal(SysSignal.SIGPIPE, SysSignal.SIG_DFL);
        string?[] arguments = [.. words, null];
        _ = Unistd.execvp(words[0], arguments);
        return Marshal.GetLastPInvokeError();
    }

    // The first that is mounted: a machine has one.
    private static string? Root()
    {
        foreach (string line in File.ReadLines("/proc/self/mounts"))
        {
            if (line.Split(' ') is [_, var place, "cgroup2", ..]) return place;
        }
        return null;
    }

    private static void Attach(string group, uint mark)
    {
        using var directory = new SafeFileHandle(Open(group), ownsHandle: true);
        using var program = new SafeFileHandle(Load(mark), ownsHandle: true);
        var attach = new prog_attach
        {
            target_fd = (uint)(int)directory.DangerousGetHandle(), attach_bpf_fd = (uint)(int)program.DangerousGetHandle(), attach_type = BPF_CGROUP_INET_SOCK_CREATE,
        };
        if (Call(BPF_PROG_ATTACH, ref attach) < 0) throw Refused("be attached to a control group");
    }

    //  mov r2, MARK;  *(u32 *)(r1 + mark) = r2;  mov r0, 1;  exit       r1 is struct bpf_sock; 1 means that the socket may be made
    private static unsafe nint Load(uint mark)
    {
        bpf_insn* code = stackalloc bpf_insn[4];
        code[0] = new bpf_insn { code = MOV, regs = 2, imm = (int)mark };
        code[1] = new bpf_insn { code = STORE_WORD, regs = 0x21, off = bpf_sock_mark };
        code[2] = new bpf_insn { code = MOV, regs = 0, imm = 1 };
        code[3] = new bpf_insn { code = EXIT };
        fixed (byte* license = "GPL\0"u8)
        {
            var load = new prog_load
            {
                prog_type = BPF_PROG_TYPE_CGROUP_SOCK, insn_cnt = 4, insns = (ulong)code, license = (ulong)license, expected_attach_type = BPF_CGROUP_INET_SOCK_CREATE,
            };
            nint program = Call(BPF_PROG_LOAD, ref load);
            return program >= 0 ? program : throw Refused("be loaded");
        }
    }

    private static unsafe nint Call<T>(int command, ref T attributes) where T : unmanaged
    {
        fixed (T* at = &attributes) return syscall(SYS_bpf, command, at, sizeof(T));
    }

    private static unsafe nint Open(string directory)
    {
        fixed (byte* path = Encoding.UTF8.GetBytes(directory + '\0'))
        {
            int descriptor = Fcntl.open(path, Fcntl.O_CLOEXEC);
            return descriptor >= 0 ? descriptor : throw Refused($"reach {directory}");
        }
    }

    private static PortException Refused(string what) => Marshal.GetLastPInvokeError() is Errno.EPERM or Errno.EACCES
        ? new PortException($"the program that marks sockets may not {what}: run as root (CAP_BPF, CAP_NET_ADMIN)")
        : new PortException($"the program that marks sockets cannot {what}: {Marshal.GetLastPInvokeErrorMessage()}");
}
