using System.Globalization;

namespace Router.Ctl;

/// <summary>
/// What a person sees of work that takes longer than a second: one line on the terminal, drawn anew each second, and erased when the work is done or has
/// failed (ECMA-48: CR, EL). Where standard error is no terminal nothing is written, so scripts and files never see it.
/// </summary>
internal static class Patience
{
    private const string EraseLine = "\r\e[K";

    /// <summary>After which it is told that something is being waited for, and how often that is drawn.</summary>
    public static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>Standard error, if it is a terminal that can place what is written; else null.</summary>
    public static TextWriter? TerminalOf(TextWriter error) =>
        Console.IsErrorRedirected || Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb" ? null : error;

    /// <summary>The result of some work.</summary>
    /// <param name="work">That has begun.</param>
    /// <param name="what">What is waited for, in words.</param>
    /// <param name="terminal">Where it is told; null: nowhere.</param>
    /// <param name="every">How often; the first time after as long.</param>
    public static async Task<T> WithAsync<T>(Task<T> work, string what, TextWriter? terminal, TimeSpan every)
    {
        if (terminal is null) return await work;
        using var tick = new PeriodicTimer(every);
        int told = 0;
        Task<bool> next = tick.WaitForNextTickAsync().AsTask();
        while (await Task.WhenAny(work, next) != work)
        {
            await terminal.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"\r{what}, {++told * every.TotalSeconds:0} s; Ctrl-C ends it\e[K"));
            next = tick.WaitForNextTickAsync().AsTask();
        }
        if (told > 0) await terminal.WriteAsync(EraseLine);
        return await work;
    }
}
