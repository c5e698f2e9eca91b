using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Router.Wire;

namespace Router.Forwarding.Rules;

/// <summary>
/// Rows of one family in columns, in the order of their rules. A row holds for a packet if source, destination and service lie in
/// its three intervals and its two sets of ports are met. A rule holds only if one of its rows does; not the other way round.
///
/// Intervals are of 32-bit numbers that keep the order (<see cref="Scale"/>), stored with the sign bit turned, since processors
/// compare signed numbers. Eight rows are compared at once.
/// </summary>
internal sealed class RuleTable
{
    private const int Lanes = 8;

    /// <summary>A rule of more combinations is coarsened: lists become the interval from their first to their last.</summary>
    private const int MostRowsOfRule = 16;

    private readonly Scale _source, _destination;
    private readonly List<int> _rules = [];
    private readonly List<ulong> _sourcePorts = [], _destinationPorts = [];
    private readonly List<int>[] _bounds = [[], [], [], [], [], []];

    /// <summary>Where a search stands. <see cref="Rule"/> is the rule that was found last.</summary>
    public struct Cursor
    {
        public int Rule;
        internal int Source, Destination, Service, Row;
        internal ulong SourcePorts, DestinationPorts;
        internal uint Held;
    }

    private RuleTable(Scale source, Scale destination) => (_source, _destination) = (source, destination);

    public long Octets => (long)_rules.Capacity * ((_bounds.Length + 1) * sizeof(int) + 2 * sizeof(ulong));

    public static RuleTable Build(Rule[] rules, bool v4)
    {
        var table = new RuleTable(Scale.Over(rules, rule => rule.Source, v4), Scale.Over(rules, rule => rule.Destination, v4));
        for (int i = 0; i < rules.Length - 1; i++)
        {
            if (rules[i].Active && rules[i].Family != (v4 ? RuleFamily.IPv6 : RuleFamily.IPv4)) table.Add(i, rules[i], v4);
        }
        while (table._rules.Count % Lanes != 0) table.AddRow(-1, Part.Nothing, Part.Nothing, Part.Nothing);
        return table;
    }

    public Cursor Seek(in Endpoint source, in Endpoint destination, byte protocol, ushort port) => new()
    {
        Rule = -1,
        Row = -Lanes,
        Source = _source.Of(source.Address),
        Destination = _destination.Of(destination.Address),
        Service = Part.Service(protocol, port),
        SourcePorts = source.Ports,
        DestinationPorts = destination.Ports,
    };

    /// <summary>Finds the next rule that may match, below the one that was found last.</summary>
    public bool MoveNext(ref Cursor cursor)
    {
        while (true)
        {
            while (cursor.Held != 0)
            {
                int row = cursor.Row + BitOperations.TrailingZeroCount(cursor.Held);
                cursor.Held &= cursor.Held - 1;
                if (_rules[row] == cursor.Rule) continue;
                if ((_sourcePorts[row] & cursor.SourcePorts) == 0 || (_destinationPorts[row] & cursor.DestinationPorts) == 0) continue;
                cursor.Rule = _rules[row];
                return true;
            }
            if (!Compare(ref cursor)) return false;
        }
    }

    // Goes on to the next rows of which any holds by its intervals.
    private bool Compare(ref Cursor cursor)
    {
        Vector256<int> source = Vector256.Create(cursor.Source), destination = Vector256.Create(cursor.Destination), service = Vector256.Create(cursor.Service);
        ReadOnlySpan<int> fromSource = Column(0), toSource = Column(1), fromDestination = Column(2), toDestination = Column(3), fromService = Column(4), toService = Column(5);
        for (int row = cursor.Row + Lanes; row < fromSource.Length; row += Lanes)
        {
            Vector256<int> outside = Vector256.GreaterThan(At(fromDestination, row), destination) | Vector256.GreaterThan(destination, At(toDestination, row))
                | Vector256.GreaterThan(At(fromService, row), service) | Vector256.GreaterThan(service, At(toService, row))
                | Vector256.GreaterThan(At(fromSource, row), source) | Vector256.GreaterThan(source, At(toSource, row));
            uint held = ~outside.ExtractMostSignificantBits() & ((1u << Lanes) - 1);
            if (held == 0) continue;
            (cursor.Row, cursor.Held) = (row, held);
            return true;
        }
        return false;
    }

    private ReadOnlySpan<int> Column(int which) => CollectionsMarshal.AsSpan(_bounds[which]);

    private static Vector256<int> At(ReadOnlySpan<int> column, int row) => Vector256.Create(column.Slice(row, Lanes));

    private void Add(int index, Rule rule, bool v4)
    {
        Part[] sources = Part.Ends(rule.Source, _source, v4), destinations = Part.Ends(rule.Destination, _destination, v4);
        Part[] services = Part.Services(rule.Services);
        if ((long)sources.Length * destinations.Length * services.Length > MostRowsOfRule) services = Part.Coarsen(services);
        if ((long)sources.Length * destinations.Length * services.Length > MostRowsOfRule)
        {
            if (sources.Length > destinations.Length) sources = Part.Coarsen(sources);
            else destinations = Part.Coarsen(destinations);
        }
        if (sources.Length * destinations.Length > MostRowsOfRule) (sources, destinations) = (Part.Coarsen(sources), Part.Coarsen(destinations));
        foreach (Part source in sources)
        {
            foreach (Part destination in destinations)
            {
                foreach (Part service in services) AddRow(index, source, destination, service);
            }
        }
    }

    private void AddRow(int index, Part source, Part destination, Part service)
    {
        _rules.Add(index);
        _sourcePorts.Add(source.Ports);
        _destinationPorts.Add(destination.Ports);
        ReadOnlySpan<int> bounds = [source.First, source.Last, destination.First, destination.Last, service.First, service.Last];
        for (int i = 0; i < bounds.Length; i++) _bounds[i].Add(bounds[i]);
    }

    /// <summary>One interval of one column, with the ports that it holds for.</summary>
    private readonly record struct Part(int First, int Last, ulong Ports = ulong.MaxValue)
    {
        public static readonly Part Nothing = new(int.MaxValue, int.MinValue, 0);

        private static readonly Part Everything = new(int.MinValue, int.MaxValue);

        /// <summary>Protocol and port as one number.</summary>
        public static int Service(byte protocol, ushort port) => protocol << 16 | port;

        public static Part[] Ends(Selector end, Scale scale, bool v4)
        {
            if (end.IsAny) return [Everything];
            var parts = new List<Part>();
            if (end.Ports != 0) parts.Add(Everything with { Ports = end.Ports });
            foreach (AddressRange range in end.Ranges)
            {
                if (range.First.IsV4 == v4) parts.Add(new Part(scale.Of(range.First), scale.Of(range.Last)));
            }
            return [.. parts];
        }

        public static Part[] Services(ServiceMatch[] services)
        {
            if (services.Length == 0) return [Everything];
            var parts = new List<Part>();
            foreach (ServiceMatch service in services)
            {
                parts.Add(new Part(Service(service.Protocol, service.First), Service(service.Protocol, service.Last)));
                if (service.Protocol == Protocol.Icmp) parts.Add(new Part(Service(Protocol.Icmp6, service.First), Service(Protocol.Icmp6, service.Last)));
            }
            return [.. parts];
        }

        /// <summary>The one that holds all of them.</summary>
        public static Part[] Coarsen(Part[] parts) =>
            [new Part(parts.Min(part => part.First), parts.Max(part => part.Last), parts.Aggregate(0UL, (ports, part) => ports | part.Ports))];
    }
}
