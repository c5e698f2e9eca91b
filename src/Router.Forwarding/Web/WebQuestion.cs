using Router.Forwarding.Identities;
using Router.Wire;

namespace Router.Forwarding.Web;

/// <summary>How a client talks to a web server.</summary>
public enum WebScheme : byte { Http, Tls, Quic }

/// <summary>What web rules are asked about: one request, or one connection of which only the name can be seen.</summary>
public readonly ref struct WebQuestion
{
    public WebScheme Scheme { get; init; }

    /// <summary>The host's name as <see cref="Wire.Web.HostName"/> writes it; empty if it is known by its address.</summary>
    public ReadOnlySpan<byte> Name { get; init; }

    /// <summary>The host's address, where there is no name.</summary>
    public Address Address { get; init; }

    /// <summary>Where the client connects to, or the port that it names.</summary>
    public ushort Port { get; init; }

    /// <summary>As <see cref="Wire.Web.UrlPath"/> writes it; empty where none can be seen.</summary>
    public ReadOnlySpan<byte> Path { get; init; }

    /// <summary>Where the client is.</summary>
    public PortId Zone { get; init; }

    /// <summary>Who the client is; null if nobody is known to be there.</summary>
    public Identity? Who { get; init; }
}
