using Router.Users;

namespace Router.Ctl.Verbs.Users;

/// <summary>
/// Asks for a new password: on the terminal, twice and without showing it, or from standard input, one line. It is never an argument, which
/// anybody on the box could read in the list of processes, and which shells write down.
/// </summary>
internal static class PasswordPrompt
{
    /// <exception cref="ControlFailure">There is none, or none that can be used.</exception>
    public static string Ask(string user, bool fromInput, TextWriter prompt)
    {
        string password = fromInput ? Console.In.ReadLine() ?? "" : AskTwice(user, prompt);
        if (Passwords.IsPossible(password)) return password;
        throw new ControlFailure(ExitCode.Bad, $"a password has 1 to {Passwords.MostOctets} octets and no zero character; nothing was changed");
    }

    private static string AskTwice(string user, TextWriter prompt)
    {
        if (Console.IsInputRedirected) throw new ControlFailure(ExitCode.Usage, "there is no terminal to ask on: write --stdin, and the password as one line of standard input");
        string first = AskHidden($"Password for {Screen.Clean(user)}: ", prompt), second = AskHidden("Again: ", prompt);
        return first == second ? first : throw new ControlFailure(ExitCode.Bad, "the two differ; nothing was changed");
    }

    private static string AskHidden(string question, TextWriter prompt)
    {
        prompt.Write(question);
        prompt.Flush();
        var typed = new System.Text.StringBuilder();
        for (ConsoleKeyInfo key = Console.ReadKey(intercept: true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            if (key.Key == ConsoleKey.Backspace) typed.Length = Math.Max(0, typed.Length - 1);
            else if (key.Key == ConsoleKey.U && key.Modifiers == ConsoleModifiers.Control) typed.Clear();
            else if (!char.IsControl(key.KeyChar)) typed.Append(key.KeyChar);
        }
        prompt.WriteLine();
        return typed.ToString();
    }
}
