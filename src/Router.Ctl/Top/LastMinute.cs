using Router.Api;

namespace Router.Ctl.Top;

/// <summary>What each link carried at each answer of the last minute, both ways together, drawn as a line of bars.</summary>
internal sealed class LastMinute
{
    private const int Most = 60;
    private const string Bars = " ▁▂▃▄▅▆▇█", Letters = " .:-=+*%#";

    private readonly Dictionary<string, Queue<double>> _links = [];

    public void Add(IReadOnlyList<LinkReport> links)
    {
        foreach (string gone in _links.Keys.Except(links.Select(link => link.Name)).ToArray()) _links.Remove(gone);
        foreach (LinkReport link in links)
        {
            if (!_links.TryGetValue(link.Name, out Queue<double>? rates)) _links[link.Name] = rates = new Queue<double>();
            rates.Enqueue(link.Received.OctetsPerSecond + link.Sent.OctetsPerSecond);
            if (rates.Count > Most) rates.Dequeue();
        }
    }

    /// <summary>The last ones, the newest at the right; the highest bar is the most that the link carried in this minute.</summary>
    /// <param name="link">Its name.</param>
    /// <param name="width">How many columns there are.</param>
    /// <param name="unicode">Whether the terminal has block elements (U+2581 to U+2588).</param>
    public string Draw(string link, int width, bool unicode)
    {
        if (!_links.TryGetValue(link, out Queue<double>? rates)) return new string(' ', width);
        string steps = unicode ? Bars : Letters;
        double most = Math.Max(1, rates.Max());
        char[] line = [.. rates.TakeLast(width).Select(rate => rate < 1 ? steps[0] : steps[Math.Clamp((int)Math.Ceiling(rate / most * (steps.Length - 1)), 1, steps.Length - 1)])];
        return new string(line).PadLeft(width);
    }
}
