using System.ComponentModel;
using System.Diagnostics;

namespace Router.Daemon.Plumbing;

/// <summary>Runs `nft -f -`, in the network namespace of the calling thread.</summary>
internal static class NftProgram
{
    /// <summary>Applies a script as one transaction.</summary>
    /// <exception cref="PlumbingException">nft is missing, or refuses; nothing has changed then.</exception>
    public static void Apply(string script)
    {
        var start = new ProcessStartInfo("nft", ["-f", "-"]) { RedirectStandardInput = true, RedirectStandardError = true };
        using Process nft = Start(start);
        try
        {
            nft.StandardInput.Write(script);
            nft.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it read everything; its exit code and words say why.
        }
        string words = nft.StandardError.ReadToEnd();
        nft.WaitForExit();
        if (nft.ExitCode != 0) throw new PlumbingException(Sentence(words));
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception refused)
        {
            throw new PlumbingException(
                "the program 'nft' cannot be run: install nftables (apt install nftables) and see that it is in PATH", refused);
        }
    }

    private static string Sentence(string words) =>
        words.Contains("not permitted", StringComparison.Ordinal)
            ? "nft may not change the packet filter: start routerd as root or give it CAP_NET_ADMIN"
            : $"nft refuses the packet filter: {words.Trim()}";
}
