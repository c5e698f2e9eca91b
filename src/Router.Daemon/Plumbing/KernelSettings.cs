using System.Globalization;

namespace Router.Daemon.Plumbing;

/// <summary>
/// Files under /proc/sys of the calling thread's network namespace. Changing one notes its value in the memory first. One that
/// does not exist (a kernel without IPv6, an interface that has just gone) is passed over.
/// </summary>
internal sealed class KernelSettings(PlumbingMemory memory)
{
    private const string Root = "/proc/sys/";
    private const string Kind = "setting";

    /// <summary>How many files were written.</summary>
    public int Changes { get; private set; }

    public static string? Read(string name)
    {
        try
        {
            return File.ReadAllText(Root + name).Trim();
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException or IOException)
        {
            return null;
        }
    }

    /// <summary>Writes a value if it is not there yet, and remembers what was there.</summary>
    public void Set(string name, string value)
    {
        if (Read(name) is not string before || before == value) return;
        memory.Note(Kind, name, before);
        Write(name, value);
    }

    /// <summary>Makes a number at least so large, and remembers what it was.</summary>
    public void Raise(string name, int least)
    {
        if (int.TryParse(Read(name), CultureInfo.InvariantCulture, out int before) && before < least) Set(name, least.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Writes a value on a device of our own, which nobody wants back.</summary>
    public void SetOwn(string name, string value)
    {
        if (Read(name) is string before && before != value) Write(name, value);
    }

    /// <summary>
    /// Makes the kernel a router of that family. Both families' master switches set `forwarding` on every interface, and IPv4's sets
    /// `accept_redirects` too, so all of those are remembered before.
    /// </summary>
    public void Forward(string family, string master)
    {
        if (Read(master) is not string before || before == "1") return;
        var side = Directory.GetDirectories($"{Root}net/{family}/conf")
            .Where(d => !Path.GetFileName(d).StartsWith(Numbers.TunPrefix, StringComparison.Ordinal))
            .SelectMany(d => new[] { "forwarding", "accept_redirects" }.Select(f => $"net/{family}/conf/{Path.GetFileName(d)}/{f}"))
            .Where(name => name != master)
            .Select(name => (Kind, name, Read(name) ?? "0"));
        memory.Note([.. side, (Kind, master, before)]);
        Write(master, "1");
    }

    /// <summary>Puts everything back that may be written, the last change first.</summary>
    /// <returns>What may not.</returns>
    public List<PlumbingException> Restore()
    {
        var refused = new List<PlumbingException>();
        foreach ((string kind, string name, string value) in memory.Entries.Reverse())
        {
            if (kind != Kind || Read(name) is not string now || now == value) continue;
            try
            {
                Write(name, value);
            }
            catch (PlumbingException one)
            {
                refused.Add(one);
            }
        }
        return refused;
    }

    private void Write(string name, string value)
    {
        try
        {
            File.WriteAllText(Root + name, value);
            Changes++;
        }
        catch (IOException) when (Read(name) is null)
        {
            // The interface went while we wrote.
        }
        catch (Exception refused) when (refused is UnauthorizedAccessException or IOException)
        {
            throw new PlumbingException(
                $"{Root}{name} cannot be written: start routerd as root, or give it CAP_NET_ADMIN and a writable /proc/sys", refused);
        }
    }
}
