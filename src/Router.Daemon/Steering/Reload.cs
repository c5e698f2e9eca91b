using Router.Api;
using Router.Configuration;
using Router.Configuration.Layers.Yaml;
using Router.Daemon.Kernel;
using Router.Daemon.Naming;
using Router.Daemon.Reporting;
using Router.Daemon.Systemd;
using Router.Forwarding;
using Router.Users;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Router.Daemon.Steering;

/// <summary>
/// A reload: files -> settings -> policy -> devices, plumbing, plan. It ends in one of three ways, each with its line in the journal
/// and its answer on the control socket:
///
///     the files have errors     nothing was touched; a line for each error, and one that says what stays in force
///     the machine refuses       what had been changed is put back; one line with its reason and what stays in force
///     the policy is in force    the forwarding thread goes by it; its warnings, and one line
///
/// In the first two the caller's configuration is returned as it was, so that settings, policy, time of load and warnings stay
/// those of before. A new name has its port number even so: it will want the same one when the file has been mended. [C]
/// </summary>
internal sealed class Reload(string file, ReadBefore read, PortRegistry ports, HostNames names, Works works, Worker worker, Journal journal)
{
    private long _loaded, _refused;

    /// <summary>How many since the process began ended in force, and how many did not. Any thread.</summary>
    public (long Loaded, long Refused) Tally => (Volatile.Read(ref _loaded), Volatile.Read(ref _refused));

    /// <summary>Reads the files again; answers what is in force from now on, and the words for whoever asked.</summary>
    public (InForce After, ReloadReport Report) Run(InForce before, KernelView view)
    {
        (InForce After, ReloadReport Report) end = Carry(before, view);
        Interlocked.Increment(ref end.Report.Loaded ? ref _loaded : ref _refused);
        return end;
    }

    private (InForce After, ReloadReport Report) Carry(InForce before, KernelView view)
    {
        long begun = Stopwatch.GetTimestamp();
        using HeapTruce truce = HeapTruce.Begin();
        LoadResult result = ConfigurationLoader.Load(file, environment: null, read);
        if (result.Settings is not { } settings) return Errors(before, begun, result);
        result = result with { Warnings = [.. result.Warnings, .. LockOut.Warnings(file, settings, view, TcpConnections.ToTheBox()), .. AccountsCheck.Of(settings).AsWarnings] };
        long closed = worker.Forwarder.FlowsClosedByRules;
        try
        {
            MakeRoom(settings, before.Settings);
            InForce after = InForce.Of(settings, result.Warnings, PolicyCompiler.Compile(settings, ports, DateTimeOffset.Now, names.Addresses, before.Policy));
            works.Prepare(after, view);
            works.TakeUp(after, view);
            worker.Ask(static _ => true).GetAwaiter().GetResult();
            Tell(before, after, begun);
            return (after, ConfigurationReports.Loaded(after.Policy.Generation, begun, result, worker.Forwarder.FlowsClosedByRules - closed));
        }
        catch (Exception refused) when (Refusal.Is(refused))
        {
            journal.Write(Catalog.ConfigurationRefused, Priority.Error,
                $"{file} cannot be put in force: {refused.Message}; the configuration of {before.LoadedAt:HH:mm:ss} stays in force{PutBack(before, view)}");
            return (before, ConfigurationReports.Refused(before.Policy.Generation, begun, result, refused.Message));
        }
    }

    // Numbers of names that are gone, if there are too few for those that come.
    private void MakeRoom(Settings wanted, Settings standing)
    {
        ulong freed = ports.MakeRoom(wanted.PortNames, standing.PortNames, () => worker.Ask(static w => w.Forwarder.PortsInUse()).GetAwaiter().GetResult());
        if (freed != 0) worker.Ask(w => Retire(w, freed)).GetAwaiter().GetResult();
    }

    private static bool Retire(Worker worker, ulong freed)
    {
        worker.Forwarder.Retire(freed);
        return true;
    }

    private (InForce, ReloadReport) Errors(InForce before, long begun, LoadResult result)
    {
        foreach (ConfigurationError error in result.Errors) journal.Write(Catalog.ConfigurationError, Priority.Error, error.ToString());
        journal.Write(Catalog.ConfigurationRefused, Priority.Error, $"{file} has errors; the configuration of {before.LoadedAt:HH:mm:ss} stays in force");
        return (before, ConfigurationReports.Refused(before.Policy.Generation, begun, result, null));
    }

    // Answers what is to be added to the line, nothing if all is as before.
    private string PutBack(InForce before, KernelView view)
    {
        try
        {
            works.PutBack(before, view);
            return "";
        }
        catch (Exception again) when (Refusal.Is(again))
        {
            return $", but not all that had been changed for the new one could be put back: {again.Message}";
        }
    }

    private void Tell(InForce before, InForce after, long begun)
    {
        if (after.Settings.Tables != before.Settings.Tables)
        {
            journal.Write(Catalog.ConfigurationDoubt, Priority.Warning, "`tables` has changed; table sizes take effect at the next restart");
        }
        foreach (string warning in after.Warnings) journal.Write(Catalog.ConfigurationDoubt, Priority.Warning, warning);
        double milliseconds = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        journal.Write(Catalog.Policy, Priority.Notice, $"policy {after.Policy.Generation} is in force: {after.Policy.Rules.Length - 1} rules, {milliseconds:0} ms");
    }
}
