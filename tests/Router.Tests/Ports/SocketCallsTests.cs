using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using Router.Ports.Linux;

namespace Router.Tests.Ports;

public class SocketCallsTests
{
    /// <summary>All constants and the layout, against the C compiler of this machine.</summary>
    [Fact]
    public void Numbers_and_layouts_are_those_of_c()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/cc"), "no C compiler");
        FieldInfo[] constants = [.. typeof(SocketCalls).GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral)];
        Assert.True(constants.Length > 15);
        string[] names = [.. constants.Select(c => c.Name),
            "sizeof(struct pollfd)", "offsetof(struct pollfd, events)", "offsetof(struct pollfd, revents)",
            "sizeof(struct sockaddr_in)", "offsetof(struct sockaddr_in, sin_addr)",
            "sizeof(struct sockaddr_in6)", "offsetof(struct sockaddr_in6, sin6_addr)", "offsetof(struct sockaddr_in6, sin6_scope_id)",
            "sizeof(struct icmp6_filter)", "sizeof(struct linger)", "sizeof(struct timespec)"];
        long[] ours = [.. constants.Select(c => Convert.ToInt64(c.GetRawConstantValue(), CultureInfo.InvariantCulture)),
            Unsafe.SizeOf<SocketCalls.pollfd>(), 4, 6, 16, 4, 28, 8, 24, 32, 8, 16];
        Assert.Equal(names.Zip(ours, (n, v) => $"{n} {v}"), names.Zip(AskC(names), (n, v) => $"{n} {v}"));
    }

    private static long[] AskC(string[] expressions)
    {
        string folder = Directory.CreateTempSubdirectory("rh_").FullName;
        try
        {
            string source = Path.Combine(folder, "a.c"), program = Path.Combine(folder, "a");
            File.WriteAllText(source, $$"""
                #define _GNU_SOURCE
                #include <errno.h>
                #include <netinet/icmp6.h>
                #include <netinet/in.h>
                #include <poll.h>
                #include <stddef.h>
                #include <stdio.h>
                #include <sys/eventfd.h>
                #include <sys/socket.h>
                #include <time.h>
                #include <linux/icmp.h>
                int main(void) { {{string.Concat(expressions.Select(e => $"printf(\"%ld\\n\", (long)({e}));\n"))}} }
                """);
            Run("/usr/bin/cc", source, "-o", program);
            return [.. Run(program).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => long.Parse(l, CultureInfo.InvariantCulture))];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
