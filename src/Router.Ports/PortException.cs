namespace Router.Ports;

/// <summary>
/// A port could not be opened. The message is a sentence for the administrator: what is wrong, and what to do. Only opening
/// throws; a port at work counts and goes on.
/// </summary>
public sealed class PortException : Exception
{
    public PortException(string message) : base(message) { }

    public PortException(string message, Exception inner) : base(message, inner) { }

    public PortException() { }
}
