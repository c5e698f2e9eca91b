namespace Router.Configuration;

/// <summary>An <see cref="Error"/> keeps the configuration from being used; a <see cref="Warning"/> does not.</summary>
public enum Severity : byte { Error, Warning }

/// <summary>One thing that is wrong: where, what, and what to write instead.</summary>
/// <param name="File">The file as it was named to us, or the environment variable.</param>
/// <param name="Line">From 1; 0 where there is no line (a variable, a file that cannot be read).</param>
/// <param name="Column">From 1; 0 where there is none.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Remedy">What to do about it.</param>
public sealed record ConfigurationError(string File, int Line, int Column, string Message, string Remedy, Severity Severity)
{
    /// <summary>The same without the word "warning", for where the severity is said already: `file:line:column: message; remedy`.</summary>
    public string Sentence
    {
        get
        {
            string place = Line > 0 ? $"{File}:{Line}:{Column}" : File;
            return Remedy.Length > 0 ? $"{place}: {Message}; {Remedy}" : $"{place}: {Message}";
        }
    }

    /// <summary>The form that compilers print and editors jump to: `file:line:column: message; remedy`.</summary>
    public override string ToString()
    {
        string place = Line > 0 ? $"{File}:{Line}:{Column}" : File;
        string text = Severity == Severity.Warning ? $"{place}: warning: {Message}" : $"{place}: {Message}";
        return Remedy.Length > 0 ? $"{text}; {Remedy}" : text;
    }
}

/// <summary>What loading gave. <see cref="Settings"/> is null exactly when there is an error.</summary>
public sealed record LoadResult(
    Settings? Settings, IReadOnlyList<ConfigurationError> Errors, IReadOnlyList<ConfigurationError> Warnings);
