using System.Text.Json.Serialization.Metadata;

namespace Router.Ctl;

/// <summary>What can be asked again and again: where, what the answer is, how it is arranged, and how people see it.</summary>
/// <param name="Path">Path and query, asked by GET.</param>
/// <param name="Type">What the answer is.</param>
/// <param name="Page">Prints it for people.</param>
internal sealed record Question<T>(string Path, JsonTypeInfo<T> Type, Action<T, Screen> Page)
    where T : class
{
    /// <summary>Puts the answer in another order, or cuts it; null: it is as it came, in JSON too.</summary>
    public Func<T, T>? Arrange { get; init; }

    /// <summary>Whether it is a good answer; a bad one ends in <see cref="ExitCode.Bad"/>.</summary>
    public Func<T, bool> Good { get; init; } = _ => true;
}
