using System.Diagnostics;
using System.Globalization;
using Router.Daemon.Systemd;

namespace Router.Tests.Daemon.Systemd;

/// <summary>While a signal is on its way, no other test may run that listens to signals too.</summary>
[CollectionDefinition(nameof(SignalsTests), DisableParallelization = true)]
public sealed class SignalsAlone;

/// <summary>Signals that this very process gets. SIGINT is left out: the test runner listens to it too, and would stop.</summary>
[Collection(nameof(SignalsTests))]
public class SignalsTests
{
    [Theory]
    [InlineData("HUP", "reload")]
    [InlineData("TERM", "stop")]
    public async Task ASignalIsAnsweredAndTheProcessGoesOn(string signal, string expected)
    {
        var answered = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using Signals signals = Signals.Watch(() => answered.TrySetResult("reload"), () => answered.TrySetResult("stop"));

        using Process kill = Process.Start("kill", [$"-{signal}", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)]);

        Assert.Equal(expected, await answered.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
    }
}
