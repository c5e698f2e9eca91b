using Router.Lab.Bed;
using Router.Lab.Kernel;
using Router.Lab.Routers;

namespace Router.Lab.Documents;

/// <summary>
/// Types the commands of a <see cref="Recipe"/> where they are to be typed. On the router `routerctl` reaches the lab's daemon, `systemctl reload routerd`
/// reloads it, `journalctl -u routerd` shows what it wrote, and /etc/routerd/router.yaml is the lab's file; all else is what Debian has.
/// </summary>
internal sealed class RecipeShell(Topology bed, RouterDaemon router) : IDisposable
{
    private const string File = "/etc/routerd/router.yaml";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    private readonly List<BackgroundProgram> _left = [];

    /// <summary>Ends what was left running by a `&amp;`.</summary>
    public void Dispose() => _left.ForEach(program => program.Dispose());

    /// <summary>Does one step, and says what is not as the page shows it; null if all is.</summary>
    public string? Follow(RecipeStep step)
    {
        if (step.IsConfiguration) return Write(step.Text);
        if (step.Text == "systemctl reload routerd") router.Reload();
        else if (step.Text.EndsWith(" &", StringComparison.Ordinal)) _left.Add(Space(step.Place).Start("bash", "-c", Script(step.Text[..^2])));
        else return Type(step);
        return null;
    }

    // What a page recommends has nothing doubtful in it either.
    private string? Write(string yaml)
    {
        router.Write(yaml);
        Outcome check = router.Show("check", router.ConfigurationFile);
        return check.Succeeded && check.Text.EndsWith("can be loaded.", StringComparison.Ordinal) && !check.Text.Contains('\n', StringComparison.Ordinal) ? null : $"{yaml}\n{check}";
    }

    private string? Type(RecipeStep step)
    {
        string said = Say(step);
        bool isSo = step.IsSaidBy(said) || (step.OnlyLooks && Wait.For(() => step.IsSaidBy(said = Say(step)), Soon));
        return isSo ? null : $"{step.Place}: {step.Text}\n--- shown\n{string.Join('\n', step.Says)}\n--- said\n{said}";
    }

    private string Say(RecipeStep step)
    {
        Outcome outcome = Space(step.Place).Shell(Script(step.Text));
        return (outcome.Output + outcome.Error).Replace(router.ConfigurationFile, File, StringComparison.Ordinal);
    }

    private string Script(string command)
    {
        string log = Path.Combine(bed.Directory, "journal");
        System.IO.File.WriteAllText(log, router.Log);
        return $$"""
            export ROUTERCTL_SOCKET={{router.ControlSocket}}
            routerctl() { {{Programs.Routerctl}} "$@"; }
            journalctl() { cat {{log}}; }
            {{command.Replace(File, router.ConfigurationFile, StringComparison.Ordinal)}}
            """;
    }

    private NetworkNamespace Space(string place) => place switch
    {
        "router" => bed.Router,
        "guest" => bed.Guest,
        "outside" => bed.Internet,
        _ => bed.Hosts[place[^1] - '1'],
    };
}
