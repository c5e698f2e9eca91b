using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Router.Api.Web;
using Router.Api.Web.Dashboard;
using Router.Web.Daemon;
using Router.Web.Serving;

namespace Router.Web.Dashboard;

/// <summary>A browser that follows.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Events">What it is told, as it goes over the wire; of too many the oldest are lost. Complete: it is to go.</param>
internal sealed record Viewer(string Address, Channel<byte[]> Events);

/// <summary>
/// Asks routerd once a second how it is, while at least one administrator looks, and tells all of them: ten browsers cost the router what one does. Every
/// third answer has the lists too, and the next one after somebody came.
///
/// Each answer names the addresses at which an administrator is logged in. Who is not among them is told `gone`, and hears no more:
/// within a second of the end of his login, whoever ended it.
/// </summary>
internal sealed class LiveHub(RouterClient router, Log log, TimeProvider time)
{
    public const int MostViewers = 32;
    private const int MostUnheard = 8;
    private const int ListsEvery = 3;

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    private static readonly byte[] s_silent = Event("silent", "{}"u8);
    private static readonly byte[] s_gone = Event("gone", "{}"u8);

    private readonly Lock _lock = new();
    private readonly List<Viewer> _viewers = [];
    private bool _isRunning, _isNew;

    /// <summary>Begins to tell a browser; null if there are too many.</summary>
    public Viewer? Enter(string address)
    {
        var viewer = new Viewer(address, Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MostUnheard) { FullMode = BoundedChannelFullMode.DropOldest }));
        lock (_lock)
        {
            if (_viewers.Count >= MostViewers) return null;
            _viewers.Add(viewer);
            _isNew = true;
            if (_isRunning) return viewer;
            _isRunning = true;
        }
        _ = RunAsync();
        return viewer;
    }

    /// <summary>A browser has gone.</summary>
    public void Leave(Viewer viewer)
    {
        lock (_lock) _viewers.Remove(viewer);
        viewer.Events.Writer.TryComplete();
    }

    /// <summary>One event as it goes over the wire (WHATWG HTML 9.2.5). The data have no line end.</summary>
    public static byte[] Event(string name, ReadOnlySpan<byte> data) => [.. Encoding.ASCII.GetBytes($"event: {name}\ndata: "), .. data, .. "\n\n"u8];

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Beat, time);
        try
        {
            for (int beat = 0; NextAsker(beat) is { } asker; beat++)
            {
                await AskAsync(asker, beat);
                await timer.WaitForNextTickAsync();
            }
        }
        catch (Exception bug)
        {
            // Nobody waits for this task. Whoever comes next begins anew.
            log.Error($"the dashboard's news ended by a fault: {bug}");
            lock (_lock) _isRunning = false;
            throw;
        }
    }

    // Each in turn, so that one who is no administrator any more is found out.
    private string? NextAsker(int beat)
    {
        lock (_lock)
        {
            if (_viewers.Count > 0) return _viewers[beat % _viewers.Count].Address;
            _isRunning = false;
            return null;
        }
    }

    private async Task AskAsync(string asker, int beat)
    {
        bool isNew;
        lock (_lock) (isNew, _isNew) = (_isNew, false);
        try
        {
            LiveReport report = await router.LiveAsync(asker, isNew || beat % ListsEvery == 0);
            Tell([.. report.Administrators], report);
        }
        catch (RouterSilent silent) when (silent.IsRefusal)
        {
            Dismiss(viewer => viewer.Address == asker);
        }
        catch (RouterSilent)
        {
            lock (_lock) _viewers.ForEach(viewer => viewer.Events.Writer.TryWrite(s_silent));
        }
    }

    private void Tell(HashSet<string> administrators, LiveReport report)
    {
        byte[] state = Event("state", JsonSerializer.SerializeToUtf8Bytes(report.Now, PortalJson.Wire.LiveState));
        byte[]? lists = report.Lists is null ? null : Event("lists", JsonSerializer.SerializeToUtf8Bytes(report.Lists, PortalJson.Wire.LiveLists));
        Dismiss(viewer => !administrators.Contains(viewer.Address));
        lock (_lock)
        {
            foreach (Viewer viewer in _viewers)
            {
                viewer.Events.Writer.TryWrite(state);
                if (lists is not null) viewer.Events.Writer.TryWrite(lists);
            }
        }
    }

    private void Dismiss(Predicate<Viewer> whom)
    {
        lock (_lock)
        {
            foreach (Viewer viewer in _viewers.FindAll(whom))
            {
                viewer.Events.Writer.TryWrite(s_gone);
                viewer.Events.Writer.TryComplete();
                _viewers.Remove(viewer);
            }
        }
    }
}
