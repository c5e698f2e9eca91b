using Router.Lab.Bed;
using Router.Lab.Kernel;

namespace Router.Lab.Routers;

/// <summary>
/// A Debian with its own systemd, booted in the router namespace of a lab by systemd-nspawn: the interfaces there are its interfaces. What it
/// writes to its disk is gone with it. The roots are made once (`./build.sh boot`) and only read here.
/// </summary>
internal sealed class BootedDebian : IDisposable
{
    private const string Roots = "/var/cache/router-lab";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    // A /run of its own with the namespaces in it, and control groups of the second version: nspawn asks for both. Its kernel settings of the
    // network are its own, so it may write them.
    private const string Boot = """
        keep=$(mktemp -d); mount --rbind /run/netns "$keep"
        mount -t tmpfs tmpfs /run; mkdir -p /run/netns; mount --rbind "$keep" /run/netns
        umount -R /sys/fs/cgroup; mount -t cgroup2 cgroup2 /sys/fs/cgroup
        SYSTEMD_NSPAWN_API_VFS_WRITABLE=network exec systemd-nspawn --quiet --directory="$0" --volatile=overlay --boot --machine="$1" --register=no --keep-unit --console=passive --link-journal=no \
          --network-namespace-path=/run/netns/"$2" --bind=/dev/net/tun --capability=all --system-call-filter="bpf perf_event_open @keyring" --bind-ro="$3":/mnt
        """;

    private readonly BackgroundProgram _nspawn;
    private string _leader = "";

    private BootedDebian(BackgroundProgram nspawn)
    {
        _nspawn = nspawn;
        Wait.Until(() => IsUp() || !nspawn.Running, s_patience, () => $"it does not come up: {Run("systemctl", "list-jobs", "--no-pager")}\n{nspawn.Said}");
        if (!nspawn.Running) throw new LabException($"nothing was booted: {nspawn.Said}");
    }

    public static string RootOf(string release) => Path.Combine(Roots, release);

    /// <summary>Boots it, with a directory of this machine as its /mnt.</summary>
    public static BootedDebian In(Topology bed, string release, string mnt) => new(BackgroundProgram.Start(
        "unshare", ["-m", "--propagation", "private", "bash", "-c", Boot, RootOf(release), bed.Router.Name, bed.Router.Name, mnt]));

    public Outcome Run(string program, params string[] arguments) => Command.Run("nsenter", ["-t", _leader, "-a", program, .. arguments], null, s_patience);

    public Outcome Shell(string script) => Run("bash", "-c", script);

    public BackgroundProgram Start(string program, params string[] arguments) => BackgroundProgram.Start("nsenter", ["-t", _leader, "-a", program, .. arguments]);

    public void Write(string file, string text) =>
        Command.Run("nsenter", ["-t", _leader, "-a", "bash", "-c", "cat >\"$0\"", file], text).OrThrow();

    // nspawn's first child may be one that only prepares the place.
    private bool IsUp()
    {
        _leader = Command.Run("pgrep", ["-P", $"{_nspawn.Pid}"]).Text.Split('\n')[^1];
        return _leader.Length > 0 && Run("systemctl", "is-system-running").Text is "running" or "degraded";
    }

    public void Dispose()
    {
        Run("systemctl", "--no-block", "poweroff");
        _nspawn.WaitForExit(TimeSpan.FromSeconds(20));
        _nspawn.Dispose();
    }
}
