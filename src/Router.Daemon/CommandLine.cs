namespace Router.Daemon;

/// <summary>What the program is asked to do.</summary>
internal enum Verb { Run, Teardown, Schema, Version, Help }

/// <summary>The command line.</summary>
internal sealed record CommandLine(Verb Verb, string Config, string Runtime, string State, string ControlSocket, string PortalSocket)
{
    /// <summary>Whether a process that runs with the same runtime directory is to give way (<see cref="Succession.Predecessor"/>).</summary>
    public bool TakesOver { get; init; }

    public const string Help = """
        usage: routerd [--config FILE] [--runtime DIRECTORY] [--state DIRECTORY] [--control SOCKET] [--portal SOCKET] [--take-over]
               routerd teardown [--runtime DIRECTORY]
               routerd --schema

          --config FILE         the configuration, /etc/routerd/router.yaml by default
          --runtime DIRECTORY   where flows and pins outlive the process, /run/routerd by default
          --state DIRECTORY     where volume and history of links outlive the machine's restarts, /var/lib/routerd by default
          --control SOCKET      where routerctl asks, control.sock in the runtime directory by default
          --portal SOCKET       where router-web asks, portal.sock in the runtime directory by default
          --take-over           has a routerd that runs with the same runtime directory forward until this one can, and then give way
          --schema              prints the JSON schema of the configuration, for editors
          teardown              takes away everything that routerd has set up in the kernel

        Signals: SIGHUP loads the configuration again, SIGTERM and SIGINT stop. `routerctl` does the rest.
        """;

    /// <summary>Reads the words after the program's name.</summary>
    public static bool TryRead(string[] words, out CommandLine options, out string complaint)
    {
        options = new CommandLine(Verb.Run, "/etc/routerd/router.yaml", Environment.GetEnvironmentVariable("RUNTIME_DIRECTORY") ?? "/run/routerd",
            Environment.GetEnvironmentVariable("STATE_DIRECTORY") ?? "/var/lib/routerd", "", "");
        complaint = "";
        for (int i = 0; i < words.Length; i++)
        {
            switch (words[i])
            {
                case "--help" or "-h": options = options with { Verb = Verb.Help }; break;
                case "--version": options = options with { Verb = Verb.Version }; break;
                case "--schema": options = options with { Verb = Verb.Schema }; break;
                case "--take-over": options = options with { TakesOver = true }; break;
                case "teardown": options = options with { Verb = Verb.Teardown }; break;
                case "--config" or "--runtime" or "--state" or "--control" or "--portal" when i + 1 == words.Length:
                    complaint = $"{words[i]} needs a value";
                    return false;
                case "--config": options = options with { Config = words[++i] }; break;
                case "--runtime": options = options with { Runtime = words[++i] }; break;
                case "--state": options = options with { State = words[++i] }; break;
                case "--control": options = options with { ControlSocket = words[++i] }; break;
                case "--portal": options = options with { PortalSocket = words[++i] }; break;
                default:
                    complaint = $"'{words[i]}' is not understood";
                    return false;
            }
        }
        if (options.ControlSocket.Length == 0) options = options with { ControlSocket = Path.Combine(options.Runtime, "control.sock") };
        if (options.PortalSocket.Length == 0) options = options with { PortalSocket = Path.Combine(options.Runtime, "portal.sock") };
        options = options with { Config = Path.GetFullPath(options.Config) };
        return true;
    }
}
