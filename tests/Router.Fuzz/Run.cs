using System.Diagnostics;

namespace Router.Fuzz;

/// <summary>
/// A run over one target. Each round has a generator of its own, made from the run's seed and the round's number, so that a fault can
/// be met again by that round alone: <c>Router.Fuzz NAME --seed S --round R</c>.
/// </summary>
internal sealed class Run(Target target, int seed)
{
    /// <summary>The longest input, more than an Ethernet frame and enough for two of anything.</summary>
    private const int Room = 4096;

    private readonly byte[] _room = new byte[Room];
    private int _length;

    /// <summary>The round under way. Read by a watchdog from another thread.</summary>
    public long Round { get; private set; }

    /// <summary>Rounds until the number or the time is reached.</summary>
    public void Go(long first, long rounds, TimeSpan time)
    {
        long began = Stopwatch.GetTimestamp();
        for (Round = first; Round - first < rounds; Round++)
        {
            if (Round % 256 == 0 && Stopwatch.GetElapsedTime(began) >= time) return;
            var random = new Random(unchecked((int)(seed * 0x9e3779b1 + Round * 0x85ebca6b)));
            _length = Damage.Make(_room, target.Samples, random);
            target.Feed(_room.AsSpan(0, _length), random);
        }
    }

    /// <summary>What to type to see this round again, and its input as the parser left it.</summary>
    public string Where() =>
        $"Router.Fuzz {target.Name} --seed {seed} --round {Round}\n{Convert.ToHexStringLower(_room.AsSpan(0, Math.Min(_length, Room)))}";
}
