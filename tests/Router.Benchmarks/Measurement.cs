using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace Router.Benchmarks;

/// <summary>
/// How a step is measured: in this process, as BenchmarkDotNet 0.14 would otherwise build one project for each step, for a
/// framework that it does not know. Five iterations of a tenth of a second behind three that warm up: all steps together take a
/// few minutes, and a difference below a tenth means nothing. The report lies in artifacts/reports/steps.
/// </summary>
internal sealed class Measurement : ManualConfig
{
    public Measurement()
    {
        AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance)
            .WithWarmupCount(3).WithIterationCount(5).WithIterationTime(TimeInterval.FromMilliseconds(100)));
        AddColumnProvider(DefaultColumnProviders.Instance);
        HideColumns(Column.Job, Column.Toolchain, Column.IterationCount, Column.IterationTime, Column.WarmupCount, Column.Error, Column.RatioSD);
        AddLogger(ConsoleLogger.Default);
        AddExporter(MarkdownExporter.GitHub);
        ArtifactsPath = System.IO.Path.Combine("artifacts", "reports", "steps");
    }
}
