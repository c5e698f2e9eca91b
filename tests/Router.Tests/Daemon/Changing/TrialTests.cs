using Router.Api;
using Router.Daemon.Changing;
using Router.Daemon.Systemd;

namespace Router.Tests.Daemon.Changing;

/// <summary>What is on trial, and what others see of it meanwhile.</summary>
public sealed class TrialTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("routerd-trial-").FullName;
    private readonly Journal _journal = new(null, new MemoryStream(), TimeProvider.System);
    private readonly List<(string By, string Text, bool IsOnTrial)> _loads = [];
    private readonly Trial _trial;

    public TrialTests()
    {
        File.WriteAllText(Main, "old\n");
        _trial = new Trial(Main, Load, new KeptConfigurations(_directory, Main, _journal), _journal);
    }

    private string Main => Path.Combine(_directory, "router.yaml");

    public void Dispose()
    {
        _journal.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void It_is_over_once_the_configuration_of_before_is_in_force_and_not_sooner()
    {
        _trial.Apply("new\n"u8.ToArray(), new ApplyQuery { Confirm = TimeSpan.Zero });
        Assert.NotNull(_trial.Until);

        _trial.Tick();

        // Who asked while it was taken back would else have taken it for confirmed.
        Assert.Equal([("apply, on trial", "new\n", false), ("taken back", "old\n", true)], _loads);
        Assert.Null(_trial.Until);
        Assert.False(_trial.Confirm());
    }

    [Fact]
    public void It_is_taken_back_once_even_if_what_was_before_cannot_be_found()
    {
        _trial.Apply("new\n"u8.ToArray(), new ApplyQuery { Confirm = TimeSpan.Zero });
        File.Delete(Main + ".unconfirmed");

        Assert.ThrowsAny<IOException>(_trial.Tick);
        _trial.Tick();

        Assert.Null(_trial.Until);
        Assert.Equal("new\n", File.ReadAllText(Main));
    }

    private ReloadReport Load(string by)
    {
        _loads.Add((by, File.ReadAllText(Main), _trial.Until is not null));
        return new ReloadReport { Loaded = true, PolicyGeneration = _loads.Count, DurationMilliseconds = 1 };
    }
}
