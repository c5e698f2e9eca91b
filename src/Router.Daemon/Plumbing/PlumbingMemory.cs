namespace Router.Daemon.Plumbing;

/// <summary>
/// What was there before us, so that teardown can put it back: one line each, `KIND NAME VALUE`, in the order in which it was
/// first changed. It is written before the change is made, and a value once noted is never overwritten, so neither a crash between
/// the two nor a second start loses the original.
///
/// The file lives in the runtime directory (tmpfs): after a reboot the settings are the system's own again, and so is the memory.
/// Kinds: `setting net/ipv4/ip_forward 0`, `group wan0 0`, `neighbour wan0 192.0.2.1`.
/// </summary>
internal sealed class PlumbingMemory
{
    private readonly string _path;
    private readonly List<(string Kind, string Name, string Value)> _entries = [];

    public PlumbingMemory(string runtimeDirectory)
    {
        _path = Path.Combine(runtimeDirectory, "plumbing.state");
        if (!File.Exists(_path)) return;
        foreach (string line in File.ReadLines(_path))
        {
            string[] parts = line.Split(' ', 3);
            if (parts.Length == 3) _entries.Add((parts[0], parts[1], parts[2]));
        }
    }

    public IReadOnlyList<(string Kind, string Name, string Value)> Entries => _entries;

    public string? Find(string kind, string name)
    {
        foreach ((string k, string n, string value) in _entries)
        {
            if (k == kind && n == name) return value;
        }
        return null;
    }

    public bool Contains(string kind, string name, string value) => _entries.Contains((kind, name, value));

    /// <summary>Notes values that are not noted yet.</summary>
    public void Note(IEnumerable<(string Kind, string Name, string Value)> entries)
    {
        int before = _entries.Count;
        foreach ((string Kind, string Name, string Value) entry in entries)
        {
            bool many = entry.Kind == "neighbour";
            if (many ? !_entries.Contains(entry) : Find(entry.Kind, entry.Name) is null) _entries.Add(entry);
        }
        if (_entries.Count != before) Write();
    }

    public void Note(string kind, string name, string value) => Note([(kind, name, value)]);

    public void Forget(string kind, string name, string value)
    {
        if (_entries.Remove((kind, name, value))) Write();
    }

    /// <summary>Everything has been put back.</summary>
    public void Clear()
    {
        _entries.Clear();
        File.Delete(_path);
    }

    private void Write()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        string next = _path + ".new";
        File.WriteAllLines(next, _entries.Select(e => $"{e.Kind} {e.Name} {e.Value}"));
        File.Move(next, _path, overwrite: true);
    }
}
