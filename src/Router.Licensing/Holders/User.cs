using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Router.Tables;

namespace Router.Licensing.Holders;

/// <summary>UTF-8 of a user's name.</summary>
[InlineArray(Octets)]
internal struct NameText
{
    public const int Octets = 126;

    private byte _first;
}

/// <summary>UTF-8 of the names of groups, with a line feed between.</summary>
[InlineArray(Octets)]
internal struct GroupText
{
    public const int Octets = 1872;

    private byte _first;
}

/// <summary>
/// Somebody who is logged in on at least one device, as kept over restarts. The name is the identity; the groups may change with a
/// later login, and have a checksum of their own, so that a writer who died between two of their octets leaves none rather than others.
///
///      0  length of the name, name
///    128  since
///    136  most devices, at the limit, administrator
///    140  checksum of the groups
///    144  length of the groups, groups
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 2040)]
internal struct User : ITableEntry
{
    public static int IdentityOctets => 128;

    public static uint LayoutVersion => 1;

    [FieldOffset(0)] private ushort _nameLength;

    [FieldOffset(2)] private NameText _name;

    /// <summary>When he logged in while he was on no device. Monotonic microseconds.</summary>
    [FieldOffset(128)] public long Since;

    /// <summary>On how many devices he may be; 0 for any number.</summary>
    [FieldOffset(136)] public ushort MaxDevices;

    [FieldOffset(138)] public AtLimit AtLimit;

    /// <summary>He takes no seat.</summary>
    [FieldOffset(139)] public bool IsAdministrator;

    [FieldOffset(140)] private uint _groupsCheck;

    [FieldOffset(144)] private ushort _groupsLength;

    [FieldOffset(146)] private GroupText _groups;

    /// <summary>The name as it was given. False if it is empty or too long.</summary>
    public bool TrySetName(string name)
    {
        if (name.Length == 0 || Encoding.UTF8.GetByteCount(name) > NameText.Octets) return false;
        _nameLength = (ushort)Encoding.UTF8.GetBytes(name, _name);
        return true;
    }

    [UnscopedRef]
    private readonly ReadOnlySpan<byte> NameOctets => ((ReadOnlySpan<byte>)_name)[..Math.Min((int)_nameLength, NameText.Octets)];

    public readonly string Name => Encoding.UTF8.GetString(NameOctets);

    /// <summary>Puts groups in the place of those of before; those that find no room are left out.</summary>
    /// <returns>How many were left out.</returns>
    public int SetGroups(ReadOnlySpan<string> groups)
    {
        Span<byte> text = _groups;
        int length = 0, left = 0;
        _groupsLength = 0;
        foreach (string group in groups)
        {
            int needed = Encoding.UTF8.GetByteCount(group) + (length > 0 ? 1 : 0);
            if (group.Length == 0 || length + needed > GroupText.Octets || group.Contains('\n', StringComparison.Ordinal))
            {
                left++;
                continue;
            }
            if (length > 0) text[length++] = (byte)'\n';
            length += Encoding.UTF8.GetBytes(group, text[length..]);
        }
        _groupsCheck = Check(text[..length]);
        _groupsLength = (ushort)length;
        return left;
    }

    public readonly string[] Groups
    {
        get
        {
            if (_groupsLength is 0 or > GroupText.Octets) return [];
            ReadOnlySpan<byte> text = ((ReadOnlySpan<byte>)_groups)[.._groupsLength];
            return Check(text) == _groupsCheck ? Encoding.UTF8.GetString(text).Split('\n') : [];
        }
    }

    private static uint Check(ReadOnlySpan<byte> octets)
    {
        uint crc = uint.MaxValue;
        foreach (byte octet in octets) crc = BitOperations.Crc32C(crc, octet);
        return ~crc;
    }
}
