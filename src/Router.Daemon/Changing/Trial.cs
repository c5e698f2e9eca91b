using Microsoft.AspNetCore.Http;
using Router.Api;
using Router.Daemon.Control;
using Router.Daemon.Systemd;

namespace Router.Daemon.Changing;

/// <summary>
/// `routerctl apply`: puts a text in the place of the configuration file, loads it, and takes it back unless somebody confirms in time
/// that he still reaches the box.
///
///     state      file            file.unconfirmed    file.before        leaves by
///     settled    in force        -                   the one before     apply --confirm (to trial), apply
///     on trial   the new one     the old one         -                  confirm (to settled); the deadline, or a start of
///                                                                       the daemon (both put the old one back)
///
/// The old one is what was in force, not what stands on the disk: whoever edits the file itself and then applies it on trial gets back what
/// ran before. It stands beside the new one under a name that says what it is, so that a crash, a restart or a power cut during a trial
/// ends it too. A further apply during a trial keeps the file of before the first. What cannot be loaded is taken back at once.
///
/// Nobody's work is lost: a file with changes that were never loaded is not overwritten unless that is asked for, and then it is kept as
/// file.edited; what is taken back is kept as file.reverted, with what was changed in it meanwhile.
/// All on the control thread but <see cref="TakeBackAtStart"/> and <see cref="Until"/>. [C]
/// </summary>
internal sealed class Trial(string file, Func<string, ReloadReport> reload, KeptConfigurations kept, Journal journal)
{
    private readonly string _pending = PendingOf(file), _before = file + ".before";
    private long _ends; // UTC, in ticks; 0: nothing is on trial

    /// <summary>When what is on trial is taken back; null if nothing is. From any thread.</summary>
    public DateTimeOffset? Until
    {
        get => Volatile.Read(ref _ends) is var ends and not 0 ? new DateTimeOffset(ends, TimeSpan.Zero) : null;
        private set => Volatile.Write(ref _ends, value?.UtcTicks ?? 0);
    }

    /// <summary>Puts back what an earlier process had on trial when it ended.</summary>
    public static void TakeBackAtStart(string file, Journal journal)
    {
        if (!File.Exists(PendingOf(file))) return;
        TakeBack(file);
        journal.Write(Catalog.FileReverted, Priority.Warning, $"{file} was on trial when routerd ended, and nobody had confirmed it: the file of before is back, and the other is {RevertedOf(file)}");
    }

    /// <summary>Puts a text in force.</summary>
    /// <param name="text">The octets of the file.</param>
    /// <param name="query">How.</param>
    /// <exception cref="IOException">The file cannot be written; nothing has changed.</exception>
    /// <exception cref="RefusedRequest">The file has changes that nobody has loaded.</exception>
    public ReloadReport Apply(byte[] text, ApplyQuery query)
    {
        bool wasOnTrial = Until is not null;
        byte[] found = File.ReadAllBytes(file);
        byte[] old = kept.MainInForce ?? found;
        if (!found.AsSpan().SequenceEqual(old) && !found.AsSpan().SequenceEqual(text)) SaveEdited(found, query.Discard);
        if (!wasOnTrial) Write(query.Confirm is null ? _before : _pending, old);
        Write(file, text);
        string by = query.By is null ? "apply" : query.By.StartsWith("rollback", StringComparison.Ordinal) ? query.By : $"apply by {query.By}";
        ReloadReport report = reload(query.Confirm is null ? by : $"{by}, on trial");
        if (!report.Loaded)
        {
            Write(file, found);
            if (!wasOnTrial) File.Delete(_pending);
            return report;
        }
        if (query.Confirm is not { } patience)
        {
            if (wasOnTrial) Settle();
            journal.Write(Catalog.FileReplaced, Priority.Notice, $"{file} was replaced on request ({by}); the one before is {_before}");
            return report;
        }
        DateTimeOffset deadline = DateTimeOffset.Now + patience;
        Until = deadline;
        journal.Write(Catalog.FileReplaced, Priority.Notice, $"{file} was replaced on request ({by}), on trial until {deadline:HH:mm:ss}: without `routerctl confirm` the one before comes back");
        return report with { RevertsAt = deadline };
    }

    /// <summary>Ends the trial; false if there is none.</summary>
    public bool Confirm()
    {
        if (Until is null) return false;
        Settle();
        journal.Write(Catalog.FileReplaced, Priority.Notice, $"{file} was confirmed; the one before is {_before}");
        return true;
    }

    /// <summary>
    /// Takes the file back if its time is over. Called on every tick. The trial is over once the old one is in force: whoever asks in between
    /// would take the new one for confirmed.
    /// </summary>
    public void Tick()
    {
        if (Until is not { } deadline || DateTimeOffset.Now < deadline) return;
        try
        {
            TakeBack(file);
            journal.Write(Catalog.FileReverted, Priority.Warning, $"{file} was not confirmed in time: the one before is back, and the other is {RevertedOf(file)}");
            reload("taken back");
        }
        finally
        {
            Until = null;
        }
    }

    private void SaveEdited(byte[] found, bool discard)
    {
        if (!discard)
        {
            throw new RefusedRequest(StatusCodes.Status409Conflict,
                $"{file} has changes that were never loaded, and this would overwrite them. See them with `routerctl diff`; load them with `routerctl reload`, or write --discard to overwrite them");
        }
        Write(file + ".edited", found);
        journal.Write(Catalog.FileReplaced, Priority.Warning, $"{file} had changes that were never loaded, and was replaced on request; they are in {file}.edited");
    }

    private void Settle()
    {
        Until = null;
        File.Move(_pending, _before, overwrite: true);
    }

    private static void TakeBack(string file)
    {
        if (File.Exists(file)) File.Copy(file, RevertedOf(file), overwrite: true);
        File.Move(PendingOf(file), file, overwrite: true);
    }

    private static string PendingOf(string file) => file + ".unconfirmed";

    private static string RevertedOf(string file) => file + ".reverted";

    // Whole or not at all: written beside, and put in the place of the old one, with the rights of the configuration file.
    private void Write(string path, byte[] text)
    {
        string beside = path + ".new";
        using (var stream = new FileStream(beside, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = File.GetUnixFileMode(file) }))
        {
            stream.Write(text);
            stream.Flush(flushToDisk: true);
        }
        File.Move(beside, path, overwrite: true);
    }
}
