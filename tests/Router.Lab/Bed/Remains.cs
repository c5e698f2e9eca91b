using System.Globalization;
using System.Text.RegularExpressions;

using Router.Lab.Kernel;

namespace Router.Lab.Bed;

/// <summary>
/// A lab that was killed leaves its namespaces. Their names carry the process id of the lab, so the next lab removes
/// those whose process is gone, and leaves the labs alone that run beside it.
/// </summary>
internal static partial class Remains
{
    public static void Sweep()
    {
        foreach (string name in NetworkNamespace.Existing())
        {
            Match match = LabName().Match(name);
            if (!match.Success) continue;
            int pid = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            if (!Directory.Exists($"/proc/{pid}")) NetworkNamespace.Adopt(name).Dispose();
        }
    }

    [GeneratedRegex(@"^rt(\d+)-\d+-")]
    private static partial Regex LabName();
}
