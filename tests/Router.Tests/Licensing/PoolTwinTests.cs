using FsCheck;
using FsCheck.Fluent;
using Router.Licensing;
using Router.Tests.Tables;
using Router.Wire;

namespace Router.Tests.Licensing;

/// <summary>The pool and its twin are told the same, whatever it is, and must say the same; across restarts too.</summary>
[Collection(nameof(Alone))]
public sealed class PoolTwinTests
{
    private const int Machines = 7;

    private static readonly ReservedDevice[] s_reserved = [new("printer", Bed.Mac(3), default), new("tunnel", 0, Bed.Machine(5))];

    [Fact]
    public void They_agree_after_every_step() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue - 1).ArrayOf(300).ToArbitrary(), Agree).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    private static bool Agree(int[] steps)
    {
        using var run = new Run();
        foreach (int step in steps) run.Go(step);
        return true;
    }

    private sealed class Run : IDisposable
    {
        private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("routerd-twin-");
        private readonly Dictionary<Address, List<int>> _flows = [];
        private readonly PoolTwin _twin = new(Terms(2, PoolMode.PerUser));
        private Pool _pool;
        private long _now = 1000 * Bed.Second;

        public Run() => _pool = Open();

        /// <summary>Does one step to both, and compares them.</summary>
        public void Go(int step)
        {
            Take(step);
            Compare();
        }

        public void Dispose()
        {
            _pool.Dispose();
            _directory.Delete(recursive: true);
        }

        private static PoolTerms Terms(int users, PoolMode mode) => Bed.TermsOf(users, 2) with { Mode = mode, Reserved = s_reserved, DeviceIdle = 60 * Bed.Second };

        private Pool Open() => new(PoolTables.Open(_directory.FullName, new PoolSizes(64, 16)), _twin.Terms);

        private void Compare()
        {
            Assert.Equal(_twin.Places, _pool.Counts().Devices);
            Assert.Equal(_twin.Seats, _pool.Counts().Seats);
            Assert.Equal(_twin.Holders, _pool.Devices().Where(device => device.HasPlace || device.User is not null || device.Flows > 0)
                .Select(device => PoolTwin.Words(device.Mac, device.Addresses, device.HasPlace, device.User, device.Flows)).Order(StringComparer.Ordinal));
        }

        private void Take(int step)
        {
            int machine = step / 32 % Machines, other = step / 1024 % Machines;
            Address address = (step & 1) == 0 ? Bed.Machine(machine) : Bed.Machine6(machine);
            string user = $"user{other % 4}";
            _now += step / 8192 % 4 * Bed.Second;
            switch (step / 2 % 16)
            {
                case 0 or 1 or 2 or 3: Ask(address); break;
                case 4 or 5: End(address); break;
                case 6 or 7: Meet(address, machine, other == 0 ? Bed.Guests : Bed.Office); break;
                case 8: Meet(address, other, Bed.Office); break;
                case 9 or 10: Login(address, user, other); break;
                case 11:
                    _pool.Logout(address, LogoutReason.Asked, _now);
                    _twin.Logout(address);
                    break;
                case 12 when other < 2:
                    _pool.Logout(user, LogoutReason.Administrator, _now);
                    _twin.Logout(user);
                    break;
                case 12 or 13: Tick(other * 15 * Bed.Second); break;
                case 14 when other < 3:
                    _pool.Free(address, _now);
                    _twin.Free(address);
                    break;
                case 14: SetTerms(Terms(other % 3 + 1, other == 6 ? PoolMode.PerHost : PoolMode.PerUser) with { IsEnded = other == 5 && machine == 0 }); break;
                case 15 when other == 0: Restart(); break;
            }
        }

        private void Ask(Address address)
        {
            Grant grant = _pool.Ask(Bed.Flow(address), _now);
            Assert.Equal(_twin.Ask(address, Bed.Office, _now), grant.IsGranted);
            if (!grant.IsGranted) return;
            if (!_flows.TryGetValue(address, out List<int>? entries)) _flows[address] = entries = [];
            entries.Add(grant.Host);
        }

        private void End(Address address)
        {
            if (!_flows.TryGetValue(address, out List<int>? entries) || entries.Count == 0) return;
            _pool.Release(entries[^1], _now);
            _twin.End(address, _now);
            entries.RemoveAt(entries.Count - 1);
        }

        private void Meet(Address address, int machine, byte zone)
        {
            _pool.Meet(address, Bed.Mac(machine), zone, _now);
            _twin.Meet(address, Bed.Mac(machine), zone, _now);
        }

        // The fourth user is an administrator; the third may be on one device, and the second on two, of which the oldest gives way.
        private void Login(Address address, string user, int other)
        {
            // No two logins at one moment, or it would be nobody's turn to give way.
            _now++;
            (bool isAdministrator, int most, AtLimit atLimit) = (other % 4 == 3, (other % 4) switch { 2 => 1, 1 => 2, _ => 0 }, other % 4 == 1 ? AtLimit.ReplaceOldest : AtLimit.Refuse);
            LoginAnswer answer = _pool.Login(new LoginRequest(address, Bed.Office, user, [], LoginMethod.Web, isAdministrator, most, atLimit), _now);
            Assert.Equal(_twin.Login(address, Bed.Office, user, isAdministrator, most, atLimit, _now), answer.IsLoggedIn);
        }

        private void Tick(long time)
        {
            _now += time;
            _pool.Tick(_now);
            _twin.Tick(_now);
        }

        private void SetTerms(PoolTerms terms)
        {
            _pool.SetTerms(terms);
            _twin.Terms = terms;
        }

        // The flows live on, and are counted again by the next process.
        private void Restart()
        {
            _pool.Dispose();
            _pool = Open();
            _twin.Restart(Bed.Office);
            foreach ((Address address, List<int> entries) in _flows)
            {
                for (int at = 0; at < entries.Count; at++) entries[at] = _pool.Resume(Bed.Flow(address), 0);
            }
        }
    }
}
