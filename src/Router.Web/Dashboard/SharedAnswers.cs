using Router.Web.Daemon;

namespace Router.Web.Dashboard;

/// <summary>
/// What routerd said to a question a moment ago, for the next who has the same: courses, flows and events are asked of it one at a time, and the same
/// question every two seconds at the most, whoever and however many ask. Who may ask has been looked at before.
/// </summary>
internal sealed class SharedAnswers(RouterClient router, TimeProvider time) : IDisposable
{
    private const int Most = 64;

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<string, (DateTimeOffset Until, byte[] Body)> _known = [];

    /// <param name="path">Of the portal's socket.</param>
    /// <param name="query">What is asked, without a question mark.</param>
    /// <param name="asker">In whose name.</param>
    /// <exception cref="RouterSilent">routerd does not answer, or refuses.</exception>
    public async Task<byte[]> AskAsync(string path, string query, string asker)
    {
        string question = $"{path}?{query}";
        await _turn.WaitAsync();
        try
        {
            DateTimeOffset now = time.GetUtcNow();
            if (_known.TryGetValue(question, out (DateTimeOffset Until, byte[] Body) known) && now < known.Until) return known.Body;
            byte[] body = await router.BytesAsync($"{question}&address={Uri.EscapeDataString(asker)}");
            if (_known.Count >= Most) _known.Clear();
            _known[question] = (time.GetUtcNow() + Fresh, body);
            return body;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
