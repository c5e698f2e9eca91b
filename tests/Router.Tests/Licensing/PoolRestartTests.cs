using Router.Licensing;
using Router.Tests.Tables;

namespace Router.Tests.Licensing;

/// <summary>What the next process finds.</summary>
[Collection(nameof(Alone))]
public sealed class PoolRestartTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("routerd-pool-");

    public void Dispose() => _directory.Delete(recursive: true);

    private Pool Open() => new(PoolTables.Open(_directory.FullName, new PoolSizes(256, 64)), Bed.TermsOf(2));

    [Fact]
    public void Nobody_is_forgotten()
    {
        long now = 500 * Bed.Second;
        using (Pool before = Open())
        {
            before.Meet(Bed.Machine(1), Bed.Mac(1), Bed.Office, now);
            before.Meet(Bed.Machine6(1), Bed.Mac(1), Bed.Office, now);
            for (int machine = 1; machine <= 10; machine++) Assert.True(before.Ask(Bed.Flow(Bed.Machine(machine)), now).IsGranted);
            before.Login(new LoginRequest(Bed.Machine(1), Bed.Office, "Tony", ["staff"], LoginMethod.Directory, MaxDevices: 3, AtLimit: AtLimit.ReplaceOldest), now);
            before.Login(new LoginRequest(Bed.Machine(2), Bed.Office, "admin", [], LoginMethod.Web, IsAdministrator: true), now);
            before.GivePass(Bed.Machine(77), Bed.Guests, now + Bed.Minute, now);
        }
        using Pool after = Open();
        Assert.Equal(new PoolCounts(10, 10, 0, 1, 2, 2), after.Counts());
        UserView tony = after.FindUser("tony")!;
        Assert.Equal(("Tony", 3, AtLimit.ReplaceOldest, now, false, 1), (tony.Name, tony.MaxDevices, tony.AtLimit, tony.Since, tony.IsAdministrator, tony.Devices));
        Assert.Equal(["staff"], tony.Groups);
        DeviceView one = after.Find(Bed.Machine6(1))!;
        Assert.Equal((Bed.Mac(1), "Tony", LoginMethod.Directory, now, now), (one.Mac, one.User, one.Method, one.PlaceSince, one.LoginSince));
        Assert.Equal(now + Bed.Minute, after.Find(Bed.Machine(77))!.PassUntil);
        // No warning again of what was known before.
        Assert.Equal(0, after.TakeChanges(new PoolChange[8], out _));
    }

    // What the path takes over is counted again, also of a host that a dying process had not written down.
    [Fact]
    public void Live_flows_are_counted_again()
    {
        long now = 500 * Bed.Second;
        using (Pool before = Open())
        {
            for (int machine = 1; machine <= 10; machine++) before.Ask(Bed.Flow(Bed.Machine(machine)), now);
        }
        using Pool after = Open();
        int entry = after.Resume(Bed.Flow(Bed.Machine(3)), now);
        int late = after.Resume(Bed.Flow(Bed.Machine(50)), now);
        Assert.Equal(11, after.Counts().Devices);
        after.Tick(now + 15 * Bed.Minute);
        Assert.Equal([Bed.Machine(3), Bed.Machine(50)], after.Devices().Select(device => device.Addresses[0]).Order());
        after.Release(entry, now + 15 * Bed.Minute);
        after.Release(late, now + 15 * Bed.Minute);
        after.Tick(now + 30 * Bed.Minute);
        Assert.Equal(0, after.Counts().Devices);
    }

    // Damage of single octets costs at most the entries that have it.
    [Fact]
    public void A_damaged_file_never_makes_holders_out_of_nothing()
    {
        Random random = Seeded.New();
        for (int round = 0; round < 30; round++)
        {
            foreach (FileInfo file in _directory.GetFiles()) file.Delete();
            using (Pool before = Open())
            {
                for (int machine = 1; machine <= 8; machine++)
                {
                    before.Meet(Bed.Machine(machine), Bed.Mac(machine), Bed.Office, 1000);
                    before.Ask(Bed.Flow(Bed.Machine(machine)), 1000);
                    before.Login(new LoginRequest(Bed.Machine(machine), Bed.Office, $"user{machine % 2}", ["g"], LoginMethod.Web), 1000);
                }
            }
            foreach (string name in (string[])["devices", "addresses", "logins"]) Damage(Path.Combine(_directory.FullName, name), random);
            using Pool after = Open();
            Assert.InRange(after.Devices().Count, 0, 8);
            Assert.All(after.Devices(), device => Assert.True(device.User is null || after.FindUser(device.User) is not null));
            Assert.Equal(after.Users().Sum(user => user.Devices), after.Devices().Count(device => device.User is not null));
            after.Tick(long.MaxValue / 2);
            after.Meet(Bed.Machine(99), Bed.Mac(99), Bed.Office, 2000);
            Assert.True(after.Ask(Bed.Flow(Bed.Machine(99)), 2000).IsGranted);
        }
    }

    private static void Damage(string file, Random random)
    {
        byte[] octets = File.ReadAllBytes(file);
        // Behind the header, within the entries that are there.
        for (int spot = 0; spot < 20; spot++) octets[random.Next(4096, Math.Min(octets.Length, 4096 + 8 * 128))] = (byte)random.Next(256);
        File.WriteAllBytes(file, octets);
    }
}
