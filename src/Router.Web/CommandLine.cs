namespace Router.Web;

/// <summary>The command line.</summary>
internal sealed record CommandLine(string Socket, string State)
{
    public const string Help = """
        usage: router-web [--socket FILE] [--state DIRECTORY]

          --socket FILE       where routerd listens for this program, /run/routerd-web/portal.sock by default
          --state DIRECTORY   where the box's own certificate is kept, /var/lib/router-web by default

        The login, welcome and refusal pages of routerd. All settings are in router.yaml (`portal`, `users.directory`) and come from
        routerd; a change there needs no restart here.
        """;

    /// <summary>Reads the words after the program's name; null, and a complaint, if they are not understood.</summary>
    public static CommandLine? Read(string[] words, out string complaint)
    {
        var options = new CommandLine(Api.Web.PortalPath.DefaultSocket, Environment.GetEnvironmentVariable("STATE_DIRECTORY") ?? "/var/lib/router-web");
        complaint = "";
        for (int i = 0; i < words.Length; i += 2)
        {
            if (words[i] is not ("--socket" or "--state")) complaint = $"'{words[i]}' is not understood";
            else if (i + 1 == words.Length) complaint = $"{words[i]} needs a value";
            else options = words[i] == "--socket" ? options with { Socket = words[i + 1] } : options with { State = words[i + 1] };
            if (complaint.Length > 0) return null;
        }
        return options;
    }
}
