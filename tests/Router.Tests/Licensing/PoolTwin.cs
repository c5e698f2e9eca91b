using Router.Licensing;
using Router.Wire;

namespace Router.Tests.Licensing;

/// <summary>
/// The pool's slow twin: lists and dictionaries, searched from end to end, and every count made anew each time it is asked for. It
/// says the same as product.md 5, once more and in other words.
/// </summary>
internal sealed class PoolTwin(PoolTerms terms)
{
    private sealed class Machine
    {
        public ulong Mac;
        public byte Zone;
        public bool HasPlace;
        public string? User;
        public long LoginSince;
        public long Seen;
        public long Met;
        public readonly Dictionary<Address, int> Flows = [];

        public int Live => Flows.Values.Sum();
    }

    private readonly List<Machine> _machines = [];
    private readonly Dictionary<string, bool> _administrators = [];

    public PoolTerms Terms { get; set; } = terms;

    private int Kept => Math.Min(Terms.Reserved.Count, Terms.MostDevices);

    public int Places => Kept + _machines.Count(machine => machine.HasPlace && !IsReserved(machine));

    public int Seats => _machines.Select(machine => machine.User).OfType<string>().Distinct().Sum(user => SeatsOf(user, _machines.Where(machine => machine.User == user)));

    /// <summary>Every device that holds something, as text, to be compared.</summary>
    public IEnumerable<string> Holders => _machines.Where(machine => machine.HasPlace || machine.User is not null || machine.Live > 0)
        .Select(machine => Words(machine.Mac, machine.Flows.Keys, machine.HasPlace, machine.User, machine.Live)).Order(StringComparer.Ordinal);

    public static string Words(ulong mac, IEnumerable<Address> addresses, bool hasPlace, string? user, int flows) =>
        $"{mac:x} [{string.Join(' ', addresses.Order())}] {hasPlace} {user} {flows}";

    public bool Ask(Address host, byte zone, long now)
    {
        Machine? machine = Find(host);
        if (Terms.IsEnded) return false;
        if (machine is not { HasPlace: true })
        {
            bool isReserved = machine is null ? Terms.Reserved.Take(Kept).Any(one => one.Mac == 0 && one.Address == host) : IsReserved(machine);
            if (!isReserved && Places >= Terms.MostDevices) return false;
            if (machine is null) _machines.Add(machine = new Machine { Flows = { [host] = 0 } });
            machine.HasPlace = true;
        }
        machine.Flows[host]++;
        (machine.Zone, machine.Seen) = (zone, now);
        return true;
    }

    public void End(Address host, long now)
    {
        Machine machine = Find(host)!;
        machine.Flows[host]--;
        machine.Seen = now;
    }

    public void Meet(Address address, ulong mac, byte zone, long now)
    {
        Machine? owner = Find(address), known = _machines.Find(machine => machine.Mac == mac);
        if (owner is { Mac: 0 } && known is null) owner.Mac = mac;
        else if (owner is { Mac: 0 }) Unite(owner, known!);
        else if (owner is null || owner.Mac != mac)
        {
            if (known is null) _machines.Add(known = new Machine { Mac = mac, Seen = now });
            known.Flows[address] = owner?.Flows[address] ?? 0;
            owner?.Flows.Remove(address);
        }
        known = _machines.Find(machine => machine.Mac == mac)!;
        (known.Zone, known.Met) = (zone, now);
    }

    public bool Login(Address address, byte zone, string user, bool isAdministrator, int most, AtLimit atLimit, long now)
    {
        if (Terms.IsEnded && !isAdministrator) return false;
        Machine? machine = Find(address);
        if (machine?.User == user)
        {
            _administrators[user] = isAdministrator;
            return true;
        }
        List<Machine> his = [.. _machines.Where(one => one.User == user).OrderBy(one => one.LoginSince)];
        int giving = most > 0 ? Math.Max(0, his.Count + 1 - most) : 0;
        if (giving > 0 && atLimit == AtLimit.Refuse) return false;
        // Tried, looked at, and taken back if that is too much.
        int before = Seats;
        bool wasAdministrator = _administrators.GetValueOrDefault(user);
        Machine trial = machine ?? new Machine { Flows = { [address] = 0 }, Seen = now };
        (string? formerUser, byte formerZone) = (trial.User, trial.Zone);
        if (machine is null) _machines.Add(trial);
        (trial.User, trial.Zone, _administrators[user]) = (user, zone, isAdministrator);
        foreach (Machine leaving in his.Take(giving)) leaving.User = null;
        if (Seats > before && Seats > Terms.MostSeats)
        {
            foreach (Machine stays in his.Take(giving)) stays.User = user;
            (trial.User, trial.Zone, _administrators[user]) = (formerUser, formerZone, wasAdministrator);
            if (machine is null) _machines.Remove(trial);
            return false;
        }
        trial.LoginSince = now;
        return true;
    }

    public void Logout(Address address)
    {
        if (Find(address) is { } machine) machine.User = null;
    }

    public void Logout(string user)
    {
        foreach (Machine machine in _machines.Where(machine => machine.User == user)) machine.User = null;
    }

    public void Free(Address address)
    {
        if (Find(address) is { } machine) machine.HasPlace = false;
    }

    /// <summary>After a restart whoever has live flows has a place in the zone of those, also if it had been freed under them.</summary>
    public void Restart(byte zone)
    {
        foreach (Machine machine in _machines.Where(machine => machine.Live > 0)) (machine.HasPlace, machine.Zone) = (true, zone);
    }

    public void Tick(long now)
    {
        foreach (Machine machine in _machines.Where(machine => machine.Live == 0 && now - machine.Seen >= Terms.DeviceIdle)) machine.HasPlace = false;
        _machines.RemoveAll(machine => machine is { Live: 0, HasPlace: false, User: null } && now - Math.Max(machine.Seen, machine.Met) >= Terms.DeviceIdle);
    }

    private Machine? Find(Address address) => _machines.Find(machine => machine.Flows.ContainsKey(address));

    private bool IsReserved(Machine machine) =>
        Terms.Reserved.Take(Kept).Any(one => one.Mac != 0 ? one.Mac == machine.Mac : machine.Flows.ContainsKey(one.Address));

    private int SeatsOf(string user, IEnumerable<Machine> his) =>
        _administrators.GetValueOrDefault(user) ? 0 : (int)Math.Max(1, Math.Ceiling(his.Count(machine => Terms.IsLicensed(machine.Zone)) / (double)Terms.DevicesPerUser));

    private void Unite(Machine from, Machine into)
    {
        foreach ((Address address, int flows) in from.Flows) into.Flows[address] = flows;
        into.HasPlace |= from.HasPlace;
        into.Seen = Math.Max(into.Seen, from.Seen);
        if (from.User is not null && (into.User is null || (from.User != into.User && from.LoginSince > into.LoginSince))) (into.User, into.LoginSince) = (from.User, from.LoginSince);
        _machines.Remove(from);
    }
}
