namespace Router.Api;

/// <summary>
/// Where each verb lives on the control socket. The number in front changes when an answer changes its meaning; fields that
/// are only added do not change it, so a reader ignores fields that it does not know.
/// </summary>
public static class ControlPath
{
    public const string Status = "/v1/status";
    public const string Links = "/v1/links";
    public const string Flows = "/v1/flows";
    public const string Hosts = "/v1/hosts";

    /// <summary>The busiest.</summary>
    public const string Top = "/v1/top";

    public const string Rules = "/v1/rules";
    public const string Web = "/v1/web";
    public const string License = "/v1/license";

    /// <summary>Who is logged in.</summary>
    public const string Users = "/v1/users";

    /// <summary>By GET of the files that the daemon reads, by POST of those in the body, the main file first.</summary>
    public const string Check = "/v1/check";

    public const string Explain = "/v1/explain";
    public const string Why = "/v1/why";
    public const string Events = "/v1/events";
    public const string Past = "/v1/past";

    /// <summary>Answers with a file in the making: pcapng, as long as it lasts.</summary>
    public const string Capture = "/v1/capture";

    /// <summary>Asked by POST, as it changes something; so are those below.</summary>
    public const string KillFlows = "/v1/flows/kill";

    public const string MoveHost = "/v1/hosts/move";

    public const string Login = "/v1/users/login";

    public const string Logout = "/v1/users/logout";

    public const string FreePlace = "/v1/license/free";

    public const string Reload = "/v1/reload";

    /// <summary>The body is the file.</summary>
    public const string Apply = "/v1/apply";

    public const string Confirm = "/v1/confirm";

    /// <summary>By POST of a main file in the body, by GET of what is on the disk or kept.</summary>
    public const string Diff = "/v1/diff";

    /// <summary>The configurations that are kept.</summary>
    public const string Kept = "/v1/configurations";

    /// <summary>The files of one of them.</summary>
    public const string KeptFiles = "/v1/configurations/files";

    /// <summary>By POST, as it changes something.</summary>
    public const string Rollback = "/v1/rollback";

    /// <summary>By POST begins one, by GET tells of the last.</summary>
    public const string Drill = "/v1/drill";

    public const string StopDrill = "/v1/drill/stop";

    /// <summary>Most octets of a file that is applied, or of those that are checked.</summary>
    public const int MostFileOctets = 16 * 1024 * 1024;

    /// <summary>Longest time to wait for a confirmation, seconds.</summary>
    public const int MostConfirmSeconds = 3600;

    /// <summary>Where the daemon listens unless it is told otherwise.</summary>
    public const string DefaultSocket = "/run/routerd/control.sock";
}
