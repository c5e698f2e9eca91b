namespace Router.Configuration.Comparing;

/// <summary>What became of a thing, or of one of its keys, from one configuration to another.</summary>
public enum ChangeKind : byte { Added, Removed, Changed, Moved }

/// <summary>One difference between two configurations, by what they mean: a default that is written out is none.</summary>
/// <param name="Part">What it is about: `link`, `zone`, `rule`, `web rule`; or the part of the file, such as `internet`.</param>
/// <param name="Name">Which one; empty for a part that there is once.</param>
/// <param name="Kind">What became of it.</param>
/// <param name="Key">The key that changed; null where the thing itself was added, removed or moved.</param>
/// <param name="From">What it was, or the rule that it stood behind; null for nothing.</param>
/// <param name="To">What it is now.</param>
public sealed record Change(string Part, string Name, ChangeKind Kind, string? Key, string? From, string? To);
