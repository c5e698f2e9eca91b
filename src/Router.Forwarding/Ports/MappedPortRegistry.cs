using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Router.Tables;

namespace Router.Forwarding;

/// <summary>
/// A registry whose names outlive the process, in a table of their own. Flows and pins refer to links and zones by number, and
/// they too outlive the process, so a number has to mean the same to the next one. It is therefore opened before those tables; if
/// <see cref="Origin"/> is not Resumed, numbers in them mean nothing any more, and they must be started empty as well.
///
/// Names of links that are long gone are kept as long as there is room. A number that is taken back is free in the file before it is
/// given away, so a kill between the two leaves it unused and never with two names.
/// </summary>
public sealed class MappedPortRegistry : PortRegistry, IDisposable
{
    private readonly MappedTable<PortName> _table;

    /// <exception cref="IOException">The file cannot be used; see <see cref="MappedTable{T}.Open"/>.</exception>
    public MappedPortRegistry(string path)
    {
        _table = MappedTable<PortName>.Open(path, PortId.Most);
        ulong taken = PortId.Host.Bit;
        var names = new HashSet<string>(StringComparer.Ordinal) { NameOf(PortId.Host) };
        for (int id = _table.NextLive(-1); id >= 0; id = _table.NextLive(id))
        {
            // Damage would have been found by the table; a number or a name that came twice is believed the first time only.
            int port = _table[id].Port;
            bool isSound = _table[id].TryText(out string? name) && port is > 0 and < PortId.Most && (taken >> port & 1) == 0 && names.Add(name);
            if (!isSound)
            {
                _table.Free(id);
                continue;
            }
            taken |= 1UL << port;
            Restore(port, name!);
        }
    }

    /// <summary>Whether the numbers are those of an earlier process.</summary>
    public TableOrigin Origin => _table.Origin;

    /// <summary>What is worth telling about that, in words, or empty.</summary>
    public string OriginReason => _table.OriginReason;

    protected override void Keep(int id, string name)
    {
        var entry = new PortName { Port = id };
        if (!entry.TrySet(name)) throw new InvalidOperationException($"'{name}' is too long: a name has at most {PortName.MostOctets} octets");
        if (!_table.TryTake(out int slot)) throw new InvalidOperationException($"no room to keep the name '{name}'");
        _table[slot] = entry;
        _table.Commit(slot);
    }

    protected override void Drop(int id)
    {
        for (int slot = _table.NextLive(-1); slot >= 0; slot = _table.NextLive(slot))
        {
            if (_table[slot].Port == id) _table.Free(slot);
        }
    }

    public void Dispose() => _table.Dispose();

    /// <summary>A number and its name in UTF-8. All of it is identity.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct PortName : ITableEntry
    {
        public const int MostOctets = 48;

        public static int IdentityOctets => 2 * sizeof(int) + MostOctets;

        public static uint LayoutVersion => 1;

        public int Port;
        private int _length;
        private Octets _octets;

        public bool TrySet(string name)
        {
            _octets = default;
            return Encoding.UTF8.TryGetBytes(name, _octets, out _length) && _length > 0;
        }

        public readonly bool TryText([NotNullWhen(true)] out string? name)
        {
            name = _length is > 0 and <= MostOctets ? Encoding.UTF8.GetString(((ReadOnlySpan<byte>)_octets)[.._length]) : null;
            return name is not null;
        }

        [InlineArray(MostOctets)]
        private struct Octets
        {
            private byte _first;
        }
    }
}
