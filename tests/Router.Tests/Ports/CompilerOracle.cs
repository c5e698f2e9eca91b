using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Router.Tests.Ports;

/// <summary>
/// Asks the C compiler what sizeof, offsetof and constants really are. An expression guarded by a macro that the installed
/// headers do not know yet is answered with null: those headers are older than the kernel.
/// </summary>
internal static class CompilerOracle
{
    /// <param name="headers">"sys/socket.h"</param>
    /// <param name="expressions">C expressions; a bare macro name is guarded by #ifdef.</param>
    public static Dictionary<string, long?> Ask(IEnumerable<string> headers, IReadOnlyList<string> expressions)
    {
        StringBuilder source = new("#define _GNU_SOURCE\n#include <stdio.h>\n#include <stddef.h>\n");
        foreach (string header in headers) source.AppendLine(CultureInfo.InvariantCulture, $"#include <{header}>");
        source.AppendLine("int main(void) {");
        foreach (string expression in expressions)
        {
            bool macro = expression.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_');
            if (macro) source.AppendLine(CultureInfo.InvariantCulture, $"#ifndef {expression}\nputs(\"?\");\n#else");
            source.AppendLine(CultureInfo.InvariantCulture, $"printf(\"%lld\\n\", (long long)({expression}));");
            if (macro) source.AppendLine("#endif");
        }
        source.AppendLine("return 0; }");
        string[] answers = Run(source.ToString());
        return expressions.Select((e, i) => (e, answers[i])).ToDictionary(p => p.e, p => p.Item2 == "?" ? null : (long?)long.Parse(p.Item2, CultureInfo.InvariantCulture));
    }

    private static string[] Run(string source)
    {
        string folder = Directory.CreateTempSubdirectory("layout").FullName;
        try
        {
            string program = Path.Combine(folder, "layout");
            File.WriteAllText(program + ".c", source);
            Output("cc", "-o", program, program + ".c");
            return Output(program).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Output(string command, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string output = process.StandardOutput.ReadToEnd();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{command}: {errors}");
    }
}
