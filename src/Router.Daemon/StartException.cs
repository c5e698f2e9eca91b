namespace Router.Daemon;

/// <summary>The daemon cannot start; the message is a sentence that says what to do.</summary>
internal sealed class StartException(string message) : Exception(message);
