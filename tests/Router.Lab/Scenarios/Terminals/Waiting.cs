using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Kernel;
using Router.Lab.Routers;

namespace Router.Lab.Scenarios.Terminals;


/// <summary>What a person at a terminal sees while something takes its time: a trial that is counted down, and a routerd that does not answer.</summary>
public sealed class Waiting(DaemonLab lab) : IClassFixture<DaemonLab>
{
    private RouterDaemon Router => (RouterDaemon)lab.Router;

    [Fact]
    public void A_trial_is_counted_down_and_answered_in_place()
    {
        string first = File.ReadAllText(Router.ConfigurationFile), second = first + "# the second\n", third = first + "# the third\n";
        string file = Path.Combine(lab.Bed.Directory, "new.yaml");

        // Kept by Enter, which is typed once the time has been seen to go.
        File.WriteAllText(file, second);
        using (Terminal terminal = Apply(file, "10m"))
        {
            terminal.WaitFor("Keep it? Enter or yes:");
            string begun = terminal.Lines.Single(line => line.StartsWith("Taken back in", StringComparison.Ordinal));
            terminal.WaitFor(screen => screen.Contains("Taken back in", StringComparison.Ordinal) && !screen.Contains(begun, StringComparison.Ordinal), "the time going down");
            Assert.Single(terminal.Lines, line => line.StartsWith("Taken back in", StringComparison.Ordinal));
            Assert.Contains("on trial", Router.Show("status").Output, StringComparison.Ordinal);
            terminal.Type("what?");
            terminal.Press("Enter");
            terminal.WaitFor(screen => screen.Split("Keep it?").Length == 3, "the question again");
            terminal.Press("Enter");
            terminal.WaitFor("Confirmed: it stays.");
            terminal.WaitFor("ended with 0");
        }
        Assert.Equal(second, File.ReadAllText(Router.ConfigurationFile));
        Assert.Equal(1, Router.Show("confirm").ExitCode);

        // Left by Ctrl-C, and kept from elsewhere.
        File.WriteAllText(file, third);
        using (Terminal terminal = Apply(file, "10m"))
        {
            terminal.WaitFor("Keep it?");
            terminal.Press("C-c");
            terminal.WaitFor("Not confirmed: the configuration of before comes back at");
        }
        Router.Show("confirm").OrThrow();

        // Answered by nobody.
        File.WriteAllText(file, first);
        using (Terminal terminal = Apply(file, "3s"))
        {
            terminal.WaitFor("Taken back: the configuration of before is in force.");
            terminal.WaitFor("ended with 1");
        }
        Assert.Equal(third, File.ReadAllText(Router.ConfigurationFile));
    }

    [Fact]
    public void What_takes_longer_than_a_second_says_so_on_a_terminal_and_nowhere_else()
    {
        string piped = Path.Combine(lab.Bed.Directory, "piped");
        Command.Run("kill", ["-STOP", $"{Router.Program.Pid}"]).OrThrow();
        try
        {
            using var terminal = new Terminal(lab.Bed.Directory, 100, 24, $"{Call("links")} 2>{piped} | cat; echo one; {Call("links")}; echo ended with $?");
            Wait.Until(() => File.Exists(piped), TimeSpan.FromSeconds(10), () => terminal.Text);
            using var other = new Terminal(lab.Bed.Directory, 100, 24, $"{Call("links")}; echo ended with $?");
            other.WaitFor("routerctl waits for routerd, 2 s; Ctrl-C ends it");
            Assert.Equal("", terminal.Text.Trim());
            Command.Run("kill", ["-CONT", $"{Router.Program.Pid}"]).OrThrow();
            other.WaitFor("ended with 0");
            Assert.DoesNotContain("waits", other.Text, StringComparison.Ordinal);
            terminal.WaitFor("ended with 0");
        }
        finally
        {
            Command.Run("kill", ["-CONT", $"{Router.Program.Pid}"]);
        }
        Assert.Equal("", File.ReadAllText(piped));
    }

    private Terminal Apply(string file, string time) => new(lab.Bed.Directory, 100, 24, $"{Call($"apply {file} --confirm {time}")}; echo ended with $?");

    private string Call(string verb) => $"{Programs.Routerctl} --socket {Router.ControlSocket} {verb}";
}
