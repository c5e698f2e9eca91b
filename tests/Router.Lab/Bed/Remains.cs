using System.Globalization;
using System.Text.RegularExpressions;

using Router.Lab.Kernel;

namespace Router.Lab.Bed;

/// <summary>
/// A lab that was killed leaves its namespaces, with what runs in them, and its files. Their names carry the process id of
/// the lab, so the next lab removes those whose process is gone, and leaves the labs alone that run beside it.
/// </summary>
internal static partial class Remains
{
    public static void Sweep()
    {
        foreach (string name in NetworkNamespace.Existing().Where(IsOrphan)) NetworkNamespace.Adopt(name).Dispose();
        foreach (string parent in new[] { Path.GetTempPath(), "/dev/shm" })
        {
            foreach (string path in Directory.GetDirectories(parent, "rt*").Where(path => IsOrphan(Path.GetFileName(path)))) Delete(path);
        }
    }

    private static void Delete(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (IOException) when (!Directory.Exists(path))
        {
            // Another lab that was raised at the same time has swept it.
        }
    }

    private static bool IsOrphan(string name)
    {
        Match match = LabName().Match(name);
        return match.Success && !Directory.Exists($"/proc/{int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)}");
    }

    [GeneratedRegex(@"^rt(\d+)-\d+-")]
    private static partial Regex LabName();
}
