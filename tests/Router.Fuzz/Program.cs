// Feeds random and damaged input to the parsers: Router.Fuzz [NAME...] [--seconds N | --rounds N] [--seed S] [--round R]
//
// Without a name every target runs, each for the time or the rounds given (5 seconds if neither). The seed is printed first, so a
// run that a machine ended can be repeated too. Exit codes: 0 nothing found, 1 a fault (the line to repeat it and the input are
// printed), 2 wrong usage.
using System.Globalization;
using Router.Fuzz;

var names = new List<string>();
double seconds = double.PositiveInfinity;
long rounds = long.MaxValue, first = 0;
int seed = Random.Shared.Next();
for (int i = 0; i < args.Length; i++)
{
    if (!args[i].StartsWith("--", StringComparison.Ordinal))
    {
        names.Add(args[i]);
        continue;
    }
    if (i + 1 == args.Length || !double.TryParse(args[i + 1], CultureInfo.InvariantCulture, out double number) || number < 0) return Usage();
    switch (args[i++])
    {
        case "--seconds": seconds = number; break;
        case "--rounds": rounds = (long)number; break;
        case "--seed": seed = (int)number; break;
        case "--round": (first, rounds) = ((long)number, 1); break;
        default: return Usage();
    }
}
if (rounds == long.MaxValue && double.IsPositiveInfinity(seconds)) seconds = 5;
if (names.Exists(name => !Array.Exists(Target.All, target => target.Name == name))) return Usage();

foreach (Target target in Target.All)
{
    if (names.Count > 0 && !names.Contains(target.Name)) continue;
    Console.WriteLine($"{target.Name}: seed {seed}");
    var run = new Run(target, seed);
    if (!Guarded(run)) return 1;
    Console.WriteLine($"{target.Name}: {run.Round - first} rounds, nothing found");
}
return 0;

bool Guarded(Run run)
{
    long seen = -1;
    // A parser that never comes back is a fault like any other, and only another thread can tell.
    using var watchdog = new Timer(_ =>
    {
        if (run.Round == Interlocked.Exchange(ref seen, run.Round)) Environment.FailFast($"ten seconds in one round\n{run.Where()}");
    }, null, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10));
    try
    {
        run.Go(first, rounds, double.IsPositiveInfinity(seconds) ? TimeSpan.MaxValue : TimeSpan.FromSeconds(seconds));
        return true;
    }
    catch (Exception fault)
    {
        Console.Error.WriteLine($"{fault}\n{run.Where()}");
        return false;
    }
}

static int Usage()
{
    Console.Error.WriteLine("usage: Router.Fuzz [NAME...] [--seconds N | --rounds N] [--seed S] [--round R]");
    Console.Error.WriteLine($"names: {string.Join(' ', Target.All.Select(target => target.Name))}");
    return 2;
}
