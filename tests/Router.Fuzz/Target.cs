namespace Router.Fuzz;

/// <summary>Feeds octets to one parser. Throws where it misbehaves; refusing them is right.</summary>
/// <param name="octets">Random, or a sample that was damaged. May be written to.</param>
/// <param name="random">For what else the parser takes.</param>
internal delegate void Feed(Span<byte> octets, Random random);

/// <summary>A parser under test: its name on the command line, what it is fed, and sound input to start from.</summary>
internal sealed record Target(string Name, Feed Feed, byte[][] Samples)
{
    /// <summary>Every parser that reads what strangers send. A new one gets a line here.</summary>
    public static readonly Target[] All =
    [
        new("wire", WireTarget.Feed, SoundPackets.All()),
        new("answers", AnswersTarget.Feed, SoundPackets.All()),
        new("path", PathTarget.Feed, PathTarget.Samples()),
        new("sip", SipTarget.Feed, SipTarget.Samples()),
        new("streams", StreamTarget.Feed, StreamTarget.Samples()),
        new("gateways", GatewaysTarget.Feed, GatewaysTarget.Samples()),
        new("web", WebTarget.Feed, WebTarget.Samples()),
        new("quic", QuicTarget.Feed, QuicTarget.Samples()),
        new("licences", LicenceTarget.Feed, LicenceTarget.Samples()),
    ];
}

/// <summary>What a parser promised and did not keep.</summary>
internal sealed class BrokenPromiseException(string message) : Exception(message)
{
    public static void Unless(bool kept, string promise)
    {
        if (!kept) throw new BrokenPromiseException(promise);
    }
}
