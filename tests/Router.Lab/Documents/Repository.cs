namespace Router.Lab.Documents;

/// <summary>Where the project's own files are: above this program.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "build.sh"))) return folder.FullName;
        }
        throw new LabException("no build.sh above this program");
    }
}
