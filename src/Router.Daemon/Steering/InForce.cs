using Router.Configuration;
using Router.Forwarding.Rules;

namespace Router.Daemon.Steering;

/// <summary>
/// The configuration that is in force, as one: what was written, the policy made of it, and what was said about it. Immutable [S]:
/// the control thread replaces it whole, so that nobody reads the settings of one load beside the rules of another.
/// </summary>
/// <param name="Settings">As written.</param>
/// <param name="Policy">What the path goes by.</param>
/// <param name="NextChange">When a rule's time begins or ends next; null for never.</param>
/// <param name="LoadedAt">When the files were read, local time.</param>
/// <param name="FileWarnings">What is doubtful in the files, in sentences.</param>
/// <param name="NameWarnings">Which host names have no address now.</param>
internal sealed record InForce(
    Settings Settings, Policy Policy, DateTimeOffset? NextChange, DateTimeOffset LoadedAt, IReadOnlyList<string> FileWarnings, IReadOnlyList<string> NameWarnings)
{
    /// <summary>For status and journal.</summary>
    public IReadOnlyList<string> Warnings => [.. FileWarnings, .. NameWarnings];

    /// <summary>What a load gave, once it is compiled.</summary>
    public static InForce Of(Settings settings, IReadOnlyList<ConfigurationError> warnings, CompiledPolicy compiled) =>
        new(settings, compiled.Policy, compiled.NextChange, DateTimeOffset.Now, [.. warnings.Select(w => w.Sentence)], compiled.Warnings);

    /// <summary>The same settings, compiled for another hour or other addresses of host names.</summary>
    public InForce With(CompiledPolicy compiled) =>
        this with { Policy = compiled.Policy, NextChange = compiled.NextChange, NameWarnings = compiled.Warnings };

    /// <summary>One line for `systemctl status`.</summary>
    public string Summary => $"policy {Policy.Generation}, {Settings.Links.Count} links, {Policy.Rules.Length - 1} rules";
}
