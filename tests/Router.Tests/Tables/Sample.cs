using System.Runtime.InteropServices;
using Router.Tables;

namespace Router.Tests.Tables;

/// <summary>An entry whose identity proves itself: B is a function of A, and Tail of both, so a torn one is seen.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Sample : ITableEntry
{
    public ulong A;
    public ulong B;
    public uint Tail;
    public uint Uses;
    public long LastUse;

    public static int IdentityOctets => 20;

    public static uint LayoutVersion => 7;

    public void Name(ulong a)
    {
        A = a;
        B = Mix(a);
        Tail = (uint)(Mix(B) >> 7);
    }

    public readonly bool IsWhole => B == Mix(A) && Tail == (uint)(Mix(B) >> 7);

    private static ulong Mix(ulong value) => (value ^ value >> 29) * 0x9E37_79B9_7F4A_7C15 + 1;
}

/// <summary>The same octets under a later layout version.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LaterSample : ITableEntry
{
    public Sample Old;

    public static int IdentityOctets => Sample.IdentityOctets;

    public static uint LayoutVersion => Sample.LayoutVersion + 1;
}

/// <summary>The same version, but longer.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LongerSample : ITableEntry
{
    public Sample Old;
    public long More;

    public static int IdentityOctets => Sample.IdentityOctets;

    public static uint LayoutVersion => Sample.LayoutVersion;
}

/// <summary>A name for a table's file on tmpfs, gone when disposed of.</summary>
internal sealed class TablePath : IDisposable
{
    public string Name { get; } = Path.Combine(
        Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"router-test-{Environment.ProcessId}-{Guid.NewGuid():N}");

    public void Dispose()
    {
        if (Directory.Exists(Name)) Directory.Delete(Name);
        File.Delete(Name);
    }
}
