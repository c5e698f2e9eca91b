using Router.Forwarding.Rules;

namespace Router.Daemon.Steering;

/// <summary>
/// Names of rules that reloads have removed, so that `routerctl why` can still name the rule that admitted a flow. Flows keep a mark of
/// the name only. The last <see cref="Most"/> are kept; an older one, or one that an earlier process knew, has no name any more.
/// </summary>
internal sealed class RetiredRules
{
    private const int Most = 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<uint, string> _names = [];
    private readonly Queue<uint> _order = [];

    /// <summary>Keeps the names that are in one policy and not in the next.</summary>
    public void Note(Policy before, Policy after)
    {
        HashSet<uint> standing = [.. after.Rules.Select(rule => rule.Mark)];
        lock (_lock)
        {
            foreach (Rule gone in before.Rules.Where(rule => !standing.Contains(rule.Mark)))
            {
                if (!_names.TryAdd(gone.Mark, gone.Name)) continue;
                _order.Enqueue(gone.Mark);
                if (_order.Count > Most) _names.Remove(_order.Dequeue());
            }
        }
    }

    /// <summary>The name behind a mark, or null.</summary>
    public string? NameOf(uint mark)
    {
        lock (_lock) return _names.GetValueOrDefault(mark);
    }
}
