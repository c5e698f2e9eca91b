using System.Security.Cryptography;
using System.Text;
using Router.Configuration;
using Router.Daemon.Licensing;
using Router.Daemon.Systemd;
using Router.Licensing.Files;

namespace Router.Tests.Daemon.Licensing;

/// <summary>The licence file over days, restarts, damage and clocks that are turned back.</summary>
public sealed class LicenceShelfTests : IDisposable
{
    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private static readonly DateOnly s_release = new(2026, 11, 22);
    private static readonly Licence s_trial = new("17", "Example", 50, 5, new DateOnly(2026, 11, 1), Expires: new DateOnly(2026, 12, 10));

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("routerd-shelf-");
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly MemoryStream _lines = new();
    private readonly Journal _journal;
    private readonly SetClock _clock = new();
    private readonly LicenseSettings _settings;
    private long _now;

    public LicenceShelfTests()
    {
        _journal = new Journal(null, _lines, TimeProvider.System);
        _settings = new LicenseSettings { File = Path.Combine(_directory.FullName, "given.txt"), IsFileWritten = true };
    }

    public void Dispose()
    {
        _journal.Dispose();
        _key.Dispose();
        _directory.Delete(recursive: true);
    }

    private string Said => Encoding.UTF8.GetString(_lines.ToArray());

    private LicenceShelf Open()
    {
        using ECDsa copy = ECDsa.Create(_key.ExportParameters(includePrivateParameters: false));
        var shelf = new LicenceShelf(_directory.FullName, _journal, ECDsa.Create(copy.ExportParameters(false)), s_release, _clock);
        shelf.Look(_settings, _now);
        return shelf;
    }

    private void Give(Licence licence, ECDsa? key = null) => File.WriteAllText(_settings.File, LicenceText.Issue(licence, key ?? _key));

    [Fact]
    public void A_directory_of_state_that_is_missing_is_made_and_nobody_is_warned()
    {
        using (var shelf = new LicenceShelf(Path.Combine(_directory.FullName, "new", "state"), _journal, ECDsa.Create(_key.ExportParameters(false)), s_release, _clock))
        {
            shelf.Look(_settings with { IsFileWritten = false }, _now);
            _clock.Now += TimeSpan.FromHours(2);
            Later(shelf);
        }
        Assert.True(File.Exists(Path.Combine(_directory.FullName, "new", "state", "latest-time")));
        Assert.DoesNotContain("latest time", Said, StringComparison.Ordinal);
    }

    // As a minute later, when it looks again.
    private bool Later(LicenceShelf shelf) => shelf.Tick(_settings, _now += 61_000_000);

    [Fact]
    public void A_file_that_comes_later_is_taken_up_and_one_that_goes_leaves_the_base()
    {
        using LicenceShelf shelf = Open();
        Assert.Equal((LicenceState.Base, 5), (shelf.Standing.State, shelf.Standing.InForce.Users));
        Assert.Contains("there is no licence file", Said, StringComparison.Ordinal);
        Give(s_trial);
        Assert.True(Later(shelf));
        Assert.Equal((LicenceState.Valid, 50, null), (shelf.Standing.State, shelf.Standing.InForce.Users, shelf.Problem));
        Assert.False(Later(shelf));
        File.Delete(_settings.File);
        Assert.True(Later(shelf));
        Assert.Equal(LicenceState.Base, shelf.Standing.State);
    }

    [Fact]
    public void A_forged_or_damaged_file_keeps_the_old_licence_in_force_and_says_so_once()
    {
        using ECDsa forger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Give(s_trial);
        using LicenceShelf shelf = Open();
        Give(s_trial with { Users = 5000 }, forger);
        Assert.False(Later(shelf));
        Assert.Equal(50, shelf.Standing.InForce.Users);
        Assert.EndsWith("licence 17 stays in force", shelf.Problem, StringComparison.Ordinal);
        File.WriteAllText(_settings.File, "-----BEGIN ROUTER LICENCE-----\nnumber: 1");
        Assert.False(Later(shelf));
        Assert.Contains("its end is missing", shelf.Problem, StringComparison.Ordinal);
        Later(shelf);
        Assert.Equal(2, Said.Split("is not taken").Length - 1);
        Give(s_trial with { Users = 60 });
        Assert.True(Later(shelf));
        Assert.Equal((60, null), (shelf.Standing.InForce.Users, shelf.Problem));
    }

    [Fact]
    public void So_it_does_across_a_restart()
    {
        Give(s_trial);
        using (Open())
        {
        }
        File.WriteAllText(_settings.File, "disk full");
        using LicenceShelf shelf = Open();
        Assert.Equal((LicenceState.Valid, 50), (shelf.Standing.State, shelf.Standing.InForce.Users));
        Assert.EndsWith("licence 17 stays in force", shelf.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_copy_that_somebody_else_made_is_not_believed()
    {
        using ECDsa forger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(Path.Combine(_directory.FullName, "license.txt"), LicenceText.Issue(s_trial, forger));
        File.WriteAllText(_settings.File, "nothing");
        using LicenceShelf shelf = Open();
        Assert.Equal(LicenceState.Base, shelf.Standing.State);
        Assert.EndsWith("the base of 5 users holds", shelf.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trial_ends_with_its_day_and_turning_the_clock_back_does_not_revive_it()
    {
        Give(s_trial);
        using (LicenceShelf shelf = Open())
        {
            _clock.Now = new DateTimeOffset(2026, 12, 10, 23, 59, 0, TimeSpan.Zero);
            Assert.False(Later(shelf));
            _clock.Now = new DateTimeOffset(2026, 12, 11, 0, 1, 0, TimeSpan.Zero);
            Assert.True(Later(shelf));
            Assert.True(shelf.Standing.IsEnded);
            _clock.Now = new DateTimeOffset(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);
            Assert.False(Later(shelf));
            Assert.True(shelf.Standing.IsEnded);
            Assert.True(shelf.IsClockBehind);
        }
        // Nor does it across a restart.
        using LicenceShelf next = Open();
        Assert.True(next.Standing.IsEnded);
        Assert.Contains("this box has had 2026-12-11 before", Said, StringComparison.Ordinal);
        Give(s_trial with { Number = "18", Expires = null });
        Assert.True(Later(next));
        Assert.Equal(LicenceState.Valid, next.Standing.State);
    }

    [Fact]
    public void Warnings_come_30_7_and_1_days_before_the_end_once_each()
    {
        Give(s_trial);
        using LicenceShelf shelf = Open();
        for (var day = new DateTimeOffset(2026, 11, 25, 8, 0, 0, TimeSpan.Zero); day.Month < 12 || day.Day <= 10; day = day.AddHours(7))
        {
            _clock.Now = day;
            Later(shelf);
        }
        string[] warnings = [.. Said.Split('\n').Where(line => line.Contains("the trial of licence 17 ends", StringComparison.Ordinal))];
        Assert.Equal(["in 15 days", "in 7 days", "in 1 days"], warnings.Select(line => line[line.IndexOf("in ", StringComparison.Ordinal)..line.IndexOf(" days", StringComparison.Ordinal)] + " days"));
    }

    [Fact]
    public void A_clock_that_is_set_back_by_hours_is_nobodys_business()
    {
        using LicenceShelf shelf = Open();
        _clock.Now = _clock.Now.AddHours(-24);
        Later(shelf);
        Assert.False(shelf.IsClockBehind);
        Assert.DoesNotContain("clock", Said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_state_directory_that_cannot_be_written_is_told_once_and_stops_nothing()
    {
        Give(s_trial);
        string inTheWay = Path.Combine(_directory.FullName, "file");
        File.WriteAllText(inTheWay, "");
        using var shelf = new LicenceShelf(inTheWay, _journal, ECDsa.Create(_key.ExportParameters(false)), s_release, _clock);
        shelf.Look(_settings, 0);
        _clock.Now = _clock.Now.AddHours(3);
        Later(shelf);
        _clock.Now = _clock.Now.AddHours(3);
        Later(shelf);
        Assert.Equal(50, shelf.Standing.InForce.Users);
        Assert.Equal(1, Said.Split("the latest time cannot be written down").Length - 1);
    }
}
