using Microsoft.Win32.SafeHandles;
using Router.Api;
using Router.Ctl.Pages;
using Router.Ports;

namespace Router.Ctl.Verbs.Changes;

/// <summary>
/// What `apply` and `rollback` have in common: a configuration is put in force, and told of. On trial and on a terminal it is asked there whether
/// it stays; in a pipe, and in JSON, the answer ends it, and `routerctl confirm` is typed by whoever wants to.
/// </summary>
internal static class Putting
{
    private static readonly TimeSpan s_everySecond = TimeSpan.FromSeconds(1);

    /// <param name="session">Who is asked.</param>
    /// <param name="path">What, with its query.</param>
    /// <param name="text">The file that goes with it, or null.</param>
    /// <param name="cancel">Ctrl-C.</param>
    /// <exception cref="ControlFailure">There is no answer, or not the one that was asked for.</exception>
    public static async Task<int> InForceAsync(Session session, string path, byte[]? text, CancellationToken cancel)
    {
        ReloadReport? report = null;
        int code = await session.AskUnguardedAsync((HttpMethod.Post, path), ControlJson.Wire.ReloadReport, CheckPage.Write, answer => (report = answer).Loaded, cancel, text);
        bool isAsked = Screen.IsTerminal && !Console.IsInputRedirected && !Console.IsErrorRedirected && !session.IsJson;
        if (!isAsked || report?.RevertsAt is not { } deadline) return code;
        // What was typed before the question is no answer to it.
        RawTerminal.ForgetTyped();
        using var typed = new StreamReader(new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0));
        // A thread of its own, as it may stay in that read until the program ends.
        return await new TrialQuestion(session, session.Error, () => Task.Factory.StartNew(typed.ReadLine, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default), s_everySecond)
            .AskAsync(deadline, cancel);
    }
}
