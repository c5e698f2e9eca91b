// ./build.sh bench [--quick] [--rules=N] [filter]
//
// The path's numbers are taken of the kernel (forwarding and nftables masquerade) and of routerd in turn, five times
// each, and the medians stand side by side with what is asked. --quick takes each once, for a look. --rules=N takes the
// path's numbers with so many rules in front of the one that matches. The machine should be quiet: everything shares its cores.

using System.Globalization;

using Router.Lab.Bed;
using Router.Lab.Routers;

namespace Router.Lab.Bench;

internal static class BenchProgram
{
    private const int Runs = 5;
    private const string RulesOption = "--rules=";

    public static int Run(string[] args)
    {
        if (args.FirstOrDefault(arg => arg.StartsWith('-') && arg is not ("--quick" or "--kernel-only") && !arg.StartsWith(RulesOption, StringComparison.Ordinal)) is { } unknown)
        {
            Console.Error.WriteLine($"bench knows no {unknown}; it takes --quick, --kernel-only, --rules=N and a part of a measure's name");
            return 64;
        }
        bool quick = args.Contains("--quick");
        bool kernelOnly = args.Contains("--kernel-only");
        string? rules = args.FirstOrDefault(arg => arg.StartsWith(RulesOption, StringComparison.Ordinal))?[RulesOption.Length..];
        string filter = args.FirstOrDefault(arg => !arg.StartsWith('-')) ?? "";
        var table = new BenchTable();
        Console.WriteLine($"{Environment.ProcessorCount} cores, kernel {Environment.OSVersion.Version}, {(quick ? 1 : Runs)} runs each, in turn; medians{(rules is null ? "" : $"; {rules} rules before the one that matches")}");
        Measure[] path = [.. new PathMeasures(quick ? 2 : 3).All.Where(one => Wanted(one.Name, filter))];
        if (path.Length > 0) MeasurePath(path, quick ? 1 : Runs, kernelOnly, int.Parse(rules ?? "0", CultureInfo.InvariantCulture), table);
        if (!kernelOnly && !quick && rules is null)
        {
            foreach (OwnMeasure own in OwnMeasures.All.Where(one => Wanted(one.Name, filter))) MeasureOwn(own, table);
        }
        table.Print(Console.Out);
        return 0;
    }

    private static bool Wanted(string name, string filter) => name.Contains(filter, StringComparison.OrdinalIgnoreCase);

    private static void MeasurePath(Measure[] measures, int runs, bool kernelOnly, int rules, BenchTable table)
    {
        using var kernel = new BenchLab(bed => new KernelRouter(bed));
        using BenchLab? ours = kernelOnly ? null : new BenchLab(bed => new RouterDaemon(bed, new RouterYaml { Mode = "single", Weights = [1, 1], Rules = OwnMeasures.Unmatched(rules) }));
        foreach (Measure measure in measures)
        {
            List<double> theirs = [], own = [];
            for (int i = 0; i < runs; i++)
            {
                theirs.Add(measure.Take(kernel));
                if (ours is not null) own.Add(measure.Take(ours));
                Console.WriteLine($"  {measure.Name}: kernel {Number(theirs[^1], measure.Digits)}{(own.Count > 0 ? $", routerd {Number(own[^1], measure.Digits)}" : "")} {measure.Unit}");
            }
            table.Add(measure, Median(theirs), own.Count > 0 ? Median(own) : null);
        }
    }

    private static void MeasureOwn(OwnMeasure measure, BenchTable table)
    {
        var taken = new List<double>();
        for (int i = 0; i < Runs; i++)
        {
            taken.Add(measure.Take());
            Console.WriteLine($"  {measure.Name}: {Number(taken[^1], measure.Digits)} {measure.Unit}");
        }
        table.Add(measure, Median(taken));
    }

    private static double Median(List<double> numbers) => numbers.Order().ElementAt(numbers.Count / 2);

    internal static string Number(double value, int digits) => value.ToString("N" + digits, CultureInfo.InvariantCulture);
}
