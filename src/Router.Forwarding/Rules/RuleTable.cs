using System.Numerics;
using System.Runtime.Intrinsics;
using Router.Forwarding.Identities;
using Router.Wire;

namespace Router.Forwarding.Rules;

/// <summary>
/// Rows of one family in columns, in the order of their rules. A row holds for a packet if source, destination and service lie in
/// its three intervals and its two sets of ports, and of users, are met. A rule holds only if one of its rows does; not the other way round.
///
/// Intervals are of 32-bit numbers that keep the order (<see cref="Scale"/>), stored with the sign bit turned, since processors
/// compare signed numbers. Eight rows are compared at once. Users and groups are sets of bits (<see cref="Identity.Bits"/>), in columns that
/// a list without users does without.
/// </summary>
internal sealed class RuleTable
{
    private const int Lanes = 8;

    /// <summary>A rule of more combinations is coarsened: lists become the interval from their first to their last.</summary>
    private const int MostRowsOfRule = 16;

    private readonly Scale _source, _destination;
    private readonly List<Row> _building = [];
    private int[] _rules = [], _fromSource = [], _toSource = [], _fromDestination = [], _toDestination = [], _fromService = [], _toService = [];
    private ulong[] _sourcePorts = [], _destinationPorts = [], _sourceWho = [], _destinationWho = [];

    /// <summary>Where a search stands. <see cref="Rule"/> is the rule that was found last.</summary>
    public struct Cursor
    {
        public int Rule;
        internal int Source, Destination, Service, Row;
        internal ulong SourcePorts, DestinationPorts, SourceWho, DestinationWho;
        internal uint Held;
    }

    private readonly record struct Row(int Rule, Part Source, Part Destination, Part Service);

    private RuleTable(Scale source, Scale destination) => (_source, _destination) = (source, destination);

    public long Octets => (long)_rules.Length * (7 * sizeof(int) + 2 * sizeof(ulong)) + (long)_sourceWho.Length * (2 * sizeof(ulong));

    public static RuleTable Build(Rule[] rules, bool v4)
    {
        var table = new RuleTable(Scale.Over(rules, rule => rule.Source, v4), Scale.Over(rules, rule => rule.Destination, v4));
        for (int i = 0; i < rules.Length - 1; i++)
        {
            if (rules[i].Active && rules[i].Family != (v4 ? RuleFamily.IPv6 : RuleFamily.IPv4)) table.Add(i, rules[i], v4);
        }
        while (table._building.Count % Lanes != 0) table._building.Add(new Row(-1, Part.Nothing, Part.Nothing, Part.Nothing));
        table.Turn();
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
        SourceWho = source.Who?.Bits ?? Identity.EverybodysBit,
        DestinationWho = destination.Who?.Bits ?? Identity.EverybodysBit,
    };

    /// <summary>Finds the next rule that may match, below the one that was found last.</summary>
    public bool MoveNext(ref Cursor cursor)
    {
        while (cursor.Held != 0 || Compare(ref cursor))
        {
            int rule = _rules[cursor.Row + BitOperations.TrailingZeroCount(cursor.Held)];
            cursor.Held &= cursor.Held - 1;
            if (rule == cursor.Rule) continue;
            cursor.Rule = rule;
            return true;
        }
        return false;
    }

    // Goes on to the next rows of which any holds.
    private bool Compare(ref Cursor cursor)
    {
        Vector256<int> source = Vector256.Create(cursor.Source), destination = Vector256.Create(cursor.Destination), service = Vector256.Create(cursor.Service);
        Vector256<ulong> sourcePorts = Vector256.Create(cursor.SourcePorts), destinationPorts = Vector256.Create(cursor.DestinationPorts);
        for (int row = cursor.Row + Lanes; row < _rules.Length; row += Lanes)
        {
            Vector256<int> outside = Outside(_fromService, _toService, row, service)
                | Outside(_fromDestination, _toDestination, row, destination) | Outside(_fromSource, _toSource, row, source);
            uint held = ~outside.ExtractMostSignificantBits() & ((1u << Lanes) - 1);
            if (held == 0) continue;
            held &= ~(Unmet(_sourcePorts, row, sourcePorts) | Unmet(_destinationPorts, row, destinationPorts));
            if (held == 0) continue;
            if (_sourceWho.Length != 0) held &= ~(Unmet(_sourceWho, row, Vector256.Create(cursor.SourceWho)) | Unmet(_destinationWho, row, Vector256.Create(cursor.DestinationWho)));
            if (held == 0) continue;
            (cursor.Row, cursor.Held) = (row, held);
            return true;
        }
        return false;
    }

    private static Vector256<int> Outside(int[] from, int[] to, int row, Vector256<int> value) =>
        Vector256.GreaterThan(Vector256.LoadUnsafe(ref from[row]), value) | Vector256.GreaterThan(value, Vector256.LoadUnsafe(ref to[row]));

    // A bit for each row whose set has none of the ports.
    private static uint Unmet(ulong[] sets, int row, Vector256<ulong> ports)
    {
        Vector256<ulong> low = Vector256.Equals(Vector256.LoadUnsafe(ref sets[row]) & ports, Vector256<ulong>.Zero);
        Vector256<ulong> high = Vector256.Equals(Vector256.LoadUnsafe(ref sets[row + (Lanes / 2)]) & ports, Vector256<ulong>.Zero);
        return low.ExtractMostSignificantBits() | high.ExtractMostSignificantBits() << (Lanes / 2);
    }

    // From rows to columns.
    private void Turn()
    {
        T[] Column<T>(Func<Row, T> value) => [.. _building.Select(value)];
        _rules = Column(row => row.Rule);
        (_fromSource, _toSource, _sourcePorts) = (Column(row => row.Source.First), Column(row => row.Source.Last), Column(row => row.Source.Ports));
        (_fromDestination, _toDestination) = (Column(row => row.Destination.First), Column(row => row.Destination.Last));
        _destinationPorts = Column(row => row.Destination.Ports);
        bool isForUsers = _building.Exists(row => row.Rule >= 0 && (row.Source.Who & row.Destination.Who) != ulong.MaxValue);
        if (isForUsers) (_sourceWho, _destinationWho) = (Column(row => row.Source.Who), Column(row => row.Destination.Who));
        (_fromService, _toService) = (Column(row => row.Service.First), Column(row => row.Service.Last));
        _building.Clear();
        _building.TrimExcess();
    }

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
                foreach (Part service in services) _building.Add(new Row(index, source, destination, service));
            }
        }
    }

    /// <summary>One interval of one column, with the ports and the users that it holds for.</summary>
    private readonly record struct Part(int First, int Last, ulong Ports = ulong.MaxValue, ulong Who = ulong.MaxValue)
    {
        public static readonly Part Nothing = new(int.MaxValue, int.MinValue, 0);

        private static readonly Part Everything = new(int.MinValue, int.MaxValue);
        private static readonly Part[] Any = [Everything];

        /// <summary>Protocol and port as one number.</summary>
        public static int Service(byte protocol, ushort port) => protocol << 16 | port;

        public static Part[] Ends(Selector end, Scale scale, bool v4)
        {
            if (end.IsAny) return Any;
            var parts = new List<Part>(1);
            if (end.Ports != 0) parts.Add(Everything with { Ports = end.Ports });
            foreach (AddressRange range in end.Ranges)
            {
                if (range.First.IsV4 == v4) parts.Add(new Part(scale.Of(range.First), scale.Of(range.Last)));
            }
            if (end.Who is { } who) parts.Add(Everything with { Who = who.Bits });
            return [.. parts];
        }

        public static Part[] Services(ServiceMatch[] services)
        {
            if (services.Length == 0) return Any;
            var parts = new List<Part>(1);
            foreach (ServiceMatch service in services)
            {
                parts.Add(new Part(Service(service.Protocol, service.First), Service(service.Protocol, service.Last)));
                if (service.Protocol == Protocol.Icmp) parts.Add(new Part(Service(Protocol.Icmp6, service.First), Service(Protocol.Icmp6, service.Last)));
            }
            return [.. parts];
        }

        /// <summary>The one that holds all of them.</summary>
        public static Part[] Coarsen(Part[] parts) =>
            [new Part(parts.Min(part => part.First), parts.Max(part => part.Last),
                parts.Aggregate(0UL, (ports, part) => ports | part.Ports), parts.Aggregate(0UL, (who, part) => who | part.Who))];
    }
}
