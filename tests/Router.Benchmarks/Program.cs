using System.Reflection;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Router.Benchmarks;

/// <summary>
/// Measures the steps of the path one by one: what each costs in time, and that it allocates nothing. `./build.sh bench` measures
/// the whole router from outside; this is for finding out where its time goes, and what a change did to one place.
///
///     Router.Benchmarks [filter]    measures the steps whose class or method has this in its name, or all
///     Router.Benchmarks --replace   measures what a failing link costs those that use others (see Replacing)
///     Router.Benchmarks --check     runs every step a few times and proves that it does what it says (see Proof)
/// </summary>
internal static class Program
{
    public static int Main(string[] arguments) => arguments switch
    {
        [] => Measure("*"),
        ["--check"] => Proof.OfAll(),
        ["--replace"] => Replacing.Measure(Console.Out),
        [string filter] when !filter.StartsWith('-') => Measure($"*{filter}*"),
        _ => Refuse(),
    };

    // No step by that name is an error, so that a misspelt filter does not pass for a run.
    private static int Measure(string filter)
    {
        string[] how = ["--filter", filter, "--join"];
        BenchmarkReport[] reports =
            [.. BenchmarkSwitcher.FromAssembly(Assembly.GetExecutingAssembly()).Run(how, new Measurement()).SelectMany(summary => summary.Reports)];
        return reports.Length > 0 && reports.All(report => report.Success) ? 0 : 1;
    }

    private static int Refuse()
    {
        Console.Error.WriteLine("usage: Router.Benchmarks [filter | --replace | --check]");
        return 2;
    }
}
