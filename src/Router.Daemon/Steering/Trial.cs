using Router.Api;
using Router.Daemon.Systemd;

namespace Router.Daemon.Steering;

/// <summary>
/// `routerctl apply`: puts a text in the place of the configuration file, loads it, and takes it back unless somebody confirms in time
/// that he still reaches the box.
///
///     state      file            file.unconfirmed    file.before        leaves by
///     settled    in force        -                   the one before     apply --confirm (to trial), apply
///     on trial   the new one     the old one         -                  confirm (to settled); the deadline, or a start of
///                                                                       the daemon (both put the old one back)
///
/// The old file stands beside the new one under a name that says what it is, so that a crash, a restart or a power cut during a trial
/// ends it too. A further apply during a trial keeps the file of before the first. What cannot be loaded is taken back at once.
/// All on the control thread but <see cref="TakeBackAtStart"/>. [C]
/// </summary>
internal sealed class Trial(string file, Func<ReloadReport> reload, Journal journal)
{
    private readonly string _pending = PendingOf(file), _before = file + ".before";
    private DateTimeOffset? _deadline;

    /// <summary>Puts back what an earlier process had on trial when it ended.</summary>
    public static void TakeBackAtStart(string file, Journal journal)
    {
        if (!File.Exists(PendingOf(file))) return;
        File.Move(PendingOf(file), file, overwrite: true);
        journal.Write(Catalog.FileReverted, Priority.Warning, $"{file} was on trial when routerd ended, and nobody had confirmed it: the file of before is back");
    }

    /// <summary>Puts a text in force.</summary>
    /// <param name="text">The octets of the file.</param>
    /// <param name="confirm">How long to wait for a confirmation; null: it stays.</param>
    /// <exception cref="IOException">The file cannot be written; nothing has changed.</exception>
    public ReloadReport Apply(byte[] text, TimeSpan? confirm)
    {
        bool wasOnTrial = _deadline is not null;
        byte[] old = File.ReadAllBytes(file);
        if (!wasOnTrial) Write(confirm is null ? _before : _pending, old);
        Write(file, text);
        ReloadReport report = reload();
        if (!report.Loaded)
        {
            Write(file, old);
            if (!wasOnTrial) File.Delete(_pending);
            return report;
        }
        if (confirm is not { } patience)
        {
            if (wasOnTrial) Settle();
            journal.Write(Catalog.FileReplaced, Priority.Notice, $"{file} was replaced on request; the one before is {_before}");
            return report;
        }
        _deadline = DateTimeOffset.Now + patience;
        journal.Write(Catalog.FileReplaced, Priority.Notice, $"{file} was replaced on request, on trial until {_deadline:HH:mm:ss}: without `routerctl confirm` the one before comes back");
        return report with { RevertsAt = _deadline };
    }

    /// <summary>Ends the trial; false if there is none.</summary>
    public bool Confirm()
    {
        if (_deadline is null) return false;
        Settle();
        journal.Write(Catalog.FileReplaced, Priority.Notice, $"{file} was confirmed; the one before is {_before}");
        return true;
    }

    /// <summary>Takes the file back if its time is over. Called on every tick.</summary>
    public void Tick()
    {
        if (_deadline is not { } deadline || DateTimeOffset.Now < deadline) return;
        _deadline = null;
        File.Move(_pending, file, overwrite: true);
        journal.Write(Catalog.FileReverted, Priority.Warning, $"{file} was not confirmed in time: the one before is back");
        reload();
    }

    private void Settle()
    {
        _deadline = null;
        File.Move(_pending, _before, overwrite: true);
    }

    private static string PendingOf(string file) => file + ".unconfirmed";

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
