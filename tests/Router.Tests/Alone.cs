namespace Router.Tests;

/// <summary>
/// Tests that no other may run beside: those that lock files, since a process that another test starts at that moment holds the
/// lock too between its fork and its exec; and those that look whether a descriptor is closed, as its number is the next test's at once.
/// </summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
