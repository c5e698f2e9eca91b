using System.Reflection;
using BenchmarkDotNet.Attributes;

namespace Router.Benchmarks.Steps;

/// <summary>
/// Steps that share their preparation. A step is a public method without arguments that answers a number; what number that has to
/// be is said by <see cref="Prove"/> for each of them, once before anything is measured. A step without a proof is refused, so that
/// none can measure nothing unnoticed. A step must answer the same however often it has run before.
///
/// One instance serves one step and one value of the parameter, as BenchmarkDotNet makes them; <see cref="Proof"/> runs all steps
/// of one instance in turn.
/// </summary>
[MemoryDiagnoser(displayGenColumns: false)]
public abstract class StepSet : IDisposable
{
    private readonly HashSet<string> _proven = [];

    /// <summary>Whether these steps belong to the control part, which may allocate; those of the path may not.</summary>
    internal virtual bool MayAllocate => false;

    [GlobalSetup]
    public void Prepare()
    {
        Build();
        Prove();
        string[] unproven = [.. StepsOf(GetType()).Select(m => m.Name).Where(name => !_proven.Contains(name))];
        if (unproven.Length > 0) throw new InvalidOperationException($"no proof of what these do: {string.Join(", ", unproven)}");
    }

    [GlobalCleanup]
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    public override string ToString() => GetType().Name;

    internal static IEnumerable<MethodInfo> StepsOf(Type type) => type.GetMethods().Where(m => m.IsDefined(typeof(BenchmarkAttribute)));

    /// <summary>Makes everything that the steps need.</summary>
    protected abstract void Build();

    /// <summary>Says of every step what comes out, with <see cref="Expect"/>.</summary>
    protected abstract void Prove();

    protected virtual void Dispose(bool disposing) { }

    /// <summary>Runs a step twice, as it must not depend on what it did before, and demands this answer.</summary>
    protected void Expect(int answer, Func<int> step)
    {
        string name = step.Method.Name;
        Assert.Equal((name, answer), (name, step()));
        Assert.Equal((name, answer), (name, step()));
        _proven.Add(name);
    }
}
