using Router.Lab.Kernel;

namespace Router.Lab.Routers;

/// <summary>The programs under test, where build.sh leaves them: artifacts/bin, which is above this program's own folder.</summary>
internal static class Programs
{
    public static readonly string Routerd = Find("routerd");

    public static readonly string Routerctl = Find("routerctl");

    public static string RouterWeb => Find("router-web");

    private static string Find(string name)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, name);
            if (File.Exists(path)) return path;
        }
        throw new LabException($"no {name} above {AppContext.BaseDirectory}: ./build.sh build makes it");
    }
}
