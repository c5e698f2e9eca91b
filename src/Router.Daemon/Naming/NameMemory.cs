using Router.Wire;

namespace Router.Daemon.Naming;

/// <summary>
/// The last addresses of host names, for the next process: one line each, `NAME ADDRESS ...`. So a restart while the name servers are
/// away closes no flow that a rule by name allows. Written when something changed, by replacing the file; what cannot be read of it is
/// as if it were not there, since every name is asked for anew anyway.
/// </summary>
internal sealed class NameMemory(string directory)
{
    private readonly string _path = Path.Combine(directory, "names");

    public Dictionary<string, Address[]> Load()
    {
        var names = new Dictionary<string, Address[]>();
        if (!File.Exists(_path)) return names;
        foreach (string line in File.ReadLines(_path))
        {
            string[] words = line.Split(' ');
            Address[] addresses = [.. words.Skip(1).Select(word => Address.TryParse(word, out Address address) ? address : default).Where(address => !address.IsUnspecified)];
            if (addresses.Length > 0 && addresses.Length <= 2 * NameAnswer.MostAddresses) names[words[0]] = addresses;
        }
        return names;
    }

    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Save(IEnumerable<KeyValuePair<string, Address[]>> names)
    {
        Directory.CreateDirectory(directory);
        string next = _path + ".new";
        File.WriteAllLines(next, names.Where(one => one.Value.Length > 0).Select(one => $"{one.Key} {string.Join(' ', one.Value)}"));
        File.Move(next, _path, overwrite: true);
    }
}
