using System.Security.Cryptography;
using Router.Configuration;
using Router.Configuration.Layers.Yaml;
using Router.Daemon.Changing;
using Router.Daemon.Kernel;
using Router.Daemon.Licensing;
using Router.Daemon.Systemd;
using Router.Licensing.Files;

namespace Router.Daemon;

/// <summary>What a start has before it touches anything that only one process may hold; while it is laid, another one may forward.</summary>
/// <param name="Loaded">The configuration, which has settings, and what is doubtful in it.</param>
/// <param name="Read">What need not be read again.</param>
/// <param name="Kept">The configurations of before.</param>
/// <param name="Files">The texts of this one.</param>
/// <param name="Shelf">The licence.</param>
/// <param name="Watch">The kernel's state. Whoever takes the groundwork over ends it.</param>
internal sealed record Groundwork(LoadResult Loaded, ReadBefore Read, KeptConfigurations Kept, IReadOnlyList<Api.CheckedFile>? Files, LicenceShelf Shelf, KernelWatch Watch)
{
    public Settings Settings => Loaded.Settings!;

    /// <exception cref="StartException">The configuration has errors.</exception>
    /// <exception cref="Ports.PortException">The kernel refuses to tell of its state.</exception>
    public static async Task<Groundwork> LayAsync(CommandLine options, Journal journal)
    {
        // The cryptographic library takes longer to load than all of the licence's text to read, and needs nobody.
        Task<ECDsa> key = Task.Run(ProductKey.Open);
        var read = new ReadBefore();
        Trial.TakeBackAtStart(options.Config, journal);
        var kept = new KeptConfigurations(options.State, options.Config, journal);
        IReadOnlyList<Api.CheckedFile>? files = kept.OnDisk();
        LoadResult loaded = Load(options, read, journal);
        Directory.CreateDirectory(options.Runtime, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute);
        return new Groundwork(loaded, read, kept, files, new LicenceShelf(options.State, journal, await key.ConfigureAwait(false)), KernelWatch.Start());
    }

    private static LoadResult Load(CommandLine options, ReadBefore read, Journal journal)
    {
        LoadResult result = ConfigurationLoader.Load(options.Config, environment: null, read);
        if (result.Settings is not null) return result;
        foreach (ConfigurationError warning in result.Warnings) journal.Write(Catalog.ConfigurationDoubt, Priority.Warning, warning.Sentence);
        foreach (ConfigurationError error in result.Errors) journal.Write(Catalog.ConfigurationError, Priority.Error, error.ToString());
        string others = result.Errors.Count == 1 ? "" : $" (and {result.Errors.Count - 1} more; `routerctl check {options.Config}` shows them)";
        throw new StartException($"{result.Errors[0]}{others}", StartException.Misconfigured);
    }
}
