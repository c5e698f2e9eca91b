namespace Router.Daemon.Control;

/// <summary>Another daemon answers on the control socket. The message says what to do.</summary>
internal sealed class ControlSocketTaken(string path) : IOException(
    $"another routerd is running and answers on {path}: stop it first (systemctl stop routerd), or give this one another socket");
