using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Router.Api;
using Router.Daemon.Control;
using Router.Daemon.Steering;

namespace Router.Daemon.History;

/// <summary>Answers of the control socket about what was: events, and how links were around a time. Read from disk, on the asker's thread.</summary>
internal sealed class PastReports(Chronicle chronicle, Helm helm)
{
    public IReadOnlyList<EventReport> Events(EventQuery query) => [.. chronicle.Events(Fits(query), query.Limit).Select(Report)];

    /// <summary>Events of the past and those that come, until nobody reads them any more.</summary>
    public Func<Stream, CancellationToken, Task> Follow(EventQuery query)
    {
        Func<HistoryEvent, bool> fits = Fits(query);
        return async (output, cancel) =>
        {
            (List<HistoryEvent> past, ChannelReader<HistoryEvent> coming) = chronicle.Follow(fits, query.Limit);
            try
            {
                foreach (HistoryEvent happened in past) await WriteAsync(output, happened, cancel);
                await output.FlushAsync(cancel);
                await foreach (HistoryEvent happened in coming.ReadAllAsync(cancel))
                {
                    if (!fits(happened)) continue;
                    await WriteAsync(output, happened, cancel);
                    await output.FlushAsync(cancel);
                }
            }
            finally
            {
                chronicle.Leave(coming);
            }
        };
    }

    public IReadOnlyList<PastReport> Around(PastQuery query)
    {
        TimeSpan half = TimeSpan.FromMinutes(query.Minutes);
        if (query.At < DateTimeOffset.UnixEpoch + half || query.At > DateTimeOffset.MaxValue - half)
        {
            throw new RefusedRequest(StatusCodes.Status400BadRequest, $"nothing is known of {query.At.Year.ToString(CultureInfo.InvariantCulture)}.");
        }
        (DateTimeOffset from, DateTimeOffset to) = (query.At - half, query.At + half);
        if (to > DateTimeOffset.UtcNow) to = DateTimeOffset.UtcNow;
        if (to <= from) throw new RefusedRequest(StatusCodes.Status400BadRequest, $"{query.At:yyyy-MM-dd HH:mm} has not come yet.");
        ILookup<string, LinkSample> samples = chronicle.Samples(from.ToUnixTimeMilliseconds(), to.ToUnixTimeMilliseconds()).ToLookup(s => s.Link);
        ILookup<string, HistoryEvent> states = chronicle.Events(e => e.Kind == HistoryEvent.StateKind, EventQuery.MostEvents).ToLookup(e => e.Link);
        string[] known = [.. samples.Select(s => s.Key).Union(states.Select(s => s.Key)).Union(helm.Settings.Links.Select(l => l.Name))];
        if (query.Link is { } wanted)
        {
            if (!known.Contains(wanted)) throw new RefusedRequest(StatusCodes.Status400BadRequest, $"there is and was no link '{wanted}'; there are {string.Join(", ", known)}.");
            return [LinkPast.Of(wanted, from, to, [.. samples[wanted]], [.. states[wanted]])];
        }
        PastReport[] all = [.. known.Select(link => LinkPast.Of(link, from, to, [.. samples[link]], [.. states[link]]))];
        PastReport[] troubled = [.. all.Where(past => past.Troubles.Count > 0 || past.Targets.Any(t => t.Answered < t.Asked))];
        return troubled.Length > 0 ? troubled : all;
    }

    private static Func<HistoryEvent, bool> Fits(EventQuery query) => happened =>
        (query.Since is not { } since || happened.When >= since) && (query.Until is not { } until || happened.When <= until)
        && (query.Link is null || happened.Link == query.Link) && (query.Kind is null || happened.Kind == query.Kind)
        && (query.User is null || Names(happened.Text, query.User)) && (query.Device is null || Names(happened.Text, query.Device));

    // Whether a sentence has these words in it, and not only as a part of longer ones: "10.0.0.1" is not in "10.0.0.12".
    internal static bool Names(string text, string words)
    {
        for (int at = 0; (at = text.IndexOf(words, at, StringComparison.OrdinalIgnoreCase)) >= 0; at++)
        {
            int end = at + words.Length;
            bool begins = at == 0 || !(char.IsLetterOrDigit(text[at - 1]) || text[at - 1] is '.' or ':' or '-' or '_');
            bool ends = end == text.Length || !(char.IsLetterOrDigit(text[end]) || (text[end] is '.' or ':' or '-' or '_' && end + 1 < text.Length && char.IsLetterOrDigit(text[end + 1])));
            if (begins && ends) return true;
        }
        return false;
    }

    private static EventReport Report(HistoryEvent happened) => new()
    {
        Time = happened.When.ToLocalTime(), Kind = happened.Kind, Priority = happened.Priority.ToString().ToLowerInvariant(),
        Link = happened.Link.Length > 0 ? happened.Link : null, State = happened.State.Length > 0 ? happened.State : null, Text = happened.Text,
    };

    private static async Task WriteAsync(Stream output, HistoryEvent happened, CancellationToken cancel)
    {
        byte[] document = JsonSerializer.SerializeToUtf8Bytes(Report(happened), ControlJson.Wire.EventReport);
        await output.WriteAsync((byte[])[.. document, (byte)'\n'], cancel);
    }
}
