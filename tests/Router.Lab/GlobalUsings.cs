global using Router.Lab.Kernel;

global using Xunit;

// Times are measured here, on few cores: one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
