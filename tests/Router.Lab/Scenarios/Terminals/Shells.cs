using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Documents;
using Router.Lab.Routers;

namespace Router.Lab.Scenarios.Terminals;

public sealed class LabForShells() : RunningLab(bed => new RouterDaemon(bed, new RouterYaml { Rules = Rules }))
{
    private const string Rules = """
        - name: Web by "any" link
          source: [guest]
          destination: [internet]
          action: allow
        """;
}

/// <summary>Completion in real shells, with the files that the package installs where each shell looks for them, and the names that there are now.</summary>
public sealed class Shells(LabForShells lab) : IClassFixture<LabForShells>
{
    private static readonly string Completion = Path.Combine(Repository.Root, "packaging", "completion");

    private RouterDaemon Router => (RouterDaemon)lab.Router;

    [Fact]
    public void Zsh_completes_verbs_options_and_live_names()
    {
        string home = Directory.CreateDirectory(Path.Combine(lab.Bed.Directory, "zsh")).FullName;
        File.Copy(Path.Combine(Completion, "routerctl.zsh"), Path.Combine(home, "_routerctl"));
        File.WriteAllText(Path.Combine(home, ".zshrc"), $"PS1='ready%% '\nfpath=({home} $fpath)\nautoload -Uz compinit\ncompinit -D -u\n");
        Completes($"env ZDOTDIR={home} {Variables} zsh -d -i",
            ("routerctl stat", "routerctl status"), ("routerctl flows --stat", "routerctl flows --state"), ("routerctl flows --link fi", "routerctl flows --link fiber"),
            ("routerctl flows --rule Web", "routerctl flows --rule Web\\ by\\ \\\"any\\\"\\ link"), ("routerctl hosts mo", "routerctl hosts move"));
    }

    [Fact]
    public void Fish_completes_verbs_options_and_live_names()
    {
        string home = Directory.CreateDirectory(Path.Combine(lab.Bed.Directory, "fish")).FullName;
        string folder = Directory.CreateDirectory(Path.Combine(home, "fish", "completions")).FullName;
        File.Copy(Path.Combine(Completion, "routerctl.fish"), Path.Combine(folder, "routerctl.fish"));
        File.WriteAllText(Path.Combine(home, "fish", "config.fish"), "function fish_prompt; echo -n 'ready% '; end\nset -g fish_greeting\n");
        Completes($"env XDG_CONFIG_HOME={home} XDG_DATA_HOME={home}/data XDG_CACHE_HOME={home}/cache {Variables} fish -i",
            ("routerctl stat", "routerctl status"), ("routerctl flows --stat", "routerctl flows --state"), ("routerctl flows --link fi", "routerctl flows --link fiber"),
            ("routerctl flows --rule Web", "routerctl flows --rule Web\\ by\\ \\\"any\\\"\\ link"), ("routerctl hosts mo", "routerctl hosts move"));
    }

    private string Variables => $"ROUTERCTL_SOCKET={Router.ControlSocket} PATH={Path.GetDirectoryName(Programs.Routerctl)}:$PATH";

    private void Completes(string shell, params (string Typed, string Expected)[] lines)
    {
        using var terminal = new Terminal(lab.Bed.Directory, 120, 30, shell);
        foreach ((string typed, string expected) in lines)
        {
            terminal.WaitFor(screen => screen.TrimEnd().EndsWith("ready%", StringComparison.Ordinal), "a prompt");
            terminal.Type(typed);
            terminal.Press("Tab");
            terminal.WaitFor($"ready% {expected}");
            terminal.Press("C-u");
        }
    }
}
