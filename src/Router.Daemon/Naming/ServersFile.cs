using System.Text;
using Router.Configuration;
using Router.Daemon.Systemd;
using Router.Forwarding.Links;
using Router.Wire;

namespace Router.Daemon.Naming;

/// <summary>
/// The name servers of the links that are in use, for a forwarder on the box: the file that dnsmasq reads by `servers-file`. Behind each
/// server stands the address that it is to be asked from, which is its link's: what is bound to a link's address leaves by that link. So
/// no provider's server is asked over another provider's link, and one whose link is down is not asked at all.
///
/// Written only when it would say anything else, by replacing the file, so that whoever watches it is woken once for each change. What
/// cannot be written is told once, and tried again with the next change. [C]
/// </summary>
internal sealed class ServersFile(Journal journal)
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private string? _path, _fault;
    private string _text = "";

    /// <summary>Makes the file say what is so now; does nothing if none is wanted.</summary>
    /// <param name="path">Where it is, or null.</param>
    /// <param name="inUse">The links that new flows are given, in the order of the configuration.</param>
    public void Write(string? path, IEnumerable<(LinkSettings Link, LinkState State)> inUse)
    {
        if (path is null) return;
        string text = Text(inUse);
        if (path == _path && text == _text && _fault is null) return;
        string? fault = Replace(path, text);
        if (fault is not null && fault != _fault) journal.Write(Catalog.NameServersUnwritten, Priority.Warning, $"{path} cannot be written, so name servers stay as they are there: {fault}");
        (_path, _text, _fault) = (path, text, fault);
    }

    /// <summary>What the file says.</summary>
    internal static string Text(IEnumerable<(LinkSettings Link, LinkState State)> inUse)
    {
        var text = new StringBuilder("# Written by routerd: the name servers of the links in use, each asked from its own link's address.\n");
        foreach ((LinkSettings link, LinkState state) in inUse)
        {
            foreach (Address server in link.Resolvers)
            {
                Address source = state.Outside(server.IsV4);
                if (!source.IsUnspecified) text.Append($"server={server}@{source} # {link.Name}\n");
            }
        }
        return text.ToString();
    }

    // A process before may have written the same.
    private static string? Replace(string path, string text)
    {
        try
        {
            if (File.Exists(path) && File.ReadAllText(path) == text) return null;
            string next = path + ".new";
            using (var file = new FileStream(next, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = Mode }))
            {
                // The process's mask would keep out the user that a forwarder runs as.
                File.SetUnixFileMode(file.SafeFileHandle, Mode);
                file.Write(Encoding.ASCII.GetBytes(text));
            }
            File.Move(next, path, overwrite: true);
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return fault.Message;
        }
    }
}
