using System.Reflection;
using BenchmarkDotNet.Attributes;
using Router.Benchmarks.Steps;

namespace Router.Benchmarks;

/// <summary>
/// Proves without measuring that no step is empty: each set of steps is prepared for each of its parameters, which demands an
/// answer of every step (<see cref="StepSet.Prepare"/>), and each step is run some times more, counting what it allocates.
/// Part of the tests; takes seconds, also without optimisation.
/// </summary>
internal static class Proof
{
    private const int Rounds = 100;

    /// <summary>Answers 0 if all is well, else 1; says on standard error what is not.</summary>
    public static int OfAll()
    {
        int steps = 0, faults = 0;
        foreach (Type type in typeof(StepSet).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(StepSet)) && !t.IsAbstract))
        {
            foreach (StepSet set in Variants(type))
            {
                try
                {
                    steps += Prove(set);
                }
                catch (Exception fault)
                {
                    Console.Error.WriteLine($"{set}: {fault.Message}");
                    faults++;
                }
                finally
                {
                    set.Dispose();
                }
            }
        }
        Console.WriteLine($"{steps} steps do what they say, {faults} sets of steps do not");
        return faults == 0 && steps > 0 ? 0 : 1;
    }

    private static int Prove(StepSet set)
    {
        set.Prepare();
        int steps = 0;
        foreach (MethodInfo method in StepSet.StepsOf(set.GetType()))
        {
            var step = method.CreateDelegate<Func<int>>(set);
            if (set.MayAllocate) step();
            else Assert.Equal((method.Name, 0), (method.Name, Allocated(step)));
            steps++;
        }
        return steps;
    }

    // The least of some attempts: the runtime charges a thread for what it does on its behalf now and then.
    private static long Allocated(Func<int> step)
    {
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 5 && least > 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int round = 0; round < Rounds; round++) step();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }

    /// <summary>The set with each of its parameters' values; at most one parameter is in use anywhere.</summary>
    private static IEnumerable<StepSet> Variants(Type type)
    {
        PropertyInfo? parameter = type.GetProperties().SingleOrDefault(p => p.IsDefined(typeof(ParamsAttribute)));
        object?[] values = parameter?.GetCustomAttribute<ParamsAttribute>()!.Values ?? [null];
        foreach (object? value in values)
        {
            var set = (StepSet)Activator.CreateInstance(type)!;
            parameter?.SetValue(set, value);
            yield return set;
        }
    }
}
