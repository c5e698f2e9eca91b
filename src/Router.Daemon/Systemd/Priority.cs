namespace Router.Daemon.Systemd;

/// <summary>How much a journal line matters: syslog's severities (RFC 5424 6.2.1), the numbers that journald uses too.</summary>
internal enum Priority
{
    /// <summary>The router cannot work.</summary>
    Critical = 2,

    /// <summary>Something that was asked for was not done.</summary>
    Error = 3,

    /// <summary>It works, but somebody should look: a link went down, a table is nearly full.</summary>
    Warning = 4,

    /// <summary>A change that matters: a link came up, a policy was loaded.</summary>
    Notice = 5,

    /// <summary>What a rule asked to be told.</summary>
    Info = 6,
}
