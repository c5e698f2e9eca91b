using System.Runtime.InteropServices;

#pragma warning disable CS8981 // C's names are kept in bindings (style.md 18).

namespace Router.Ports.Linux;

/// <summary>linux/bpf.h: as much as loads a program of a few instructions and attaches it to a control group.</summary>
internal static unsafe partial class LinuxBpf
{
    public const int BPF_PROG_LOAD = 5, BPF_PROG_ATTACH = 8;
    public const uint BPF_PROG_TYPE_CGROUP_SOCK = 9, BPF_CGROUP_INET_SOCK_CREATE = 2;

    /// <summary>SYS_bpf of this machine: glibc has no wrapper.</summary>
    public static nint SYS_bpf => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 321 : 280;

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint syscall(nint number, nint cmd, void* attr, nint size);
}
