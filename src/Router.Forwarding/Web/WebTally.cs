namespace Router.Forwarding.Web;

/// <summary>What has been read on the web since the start. Written by the forwarding thread [F].</summary>
public sealed class WebTally
{
    /// <summary>HTTP requests, and hellos of TLS and of QUIC, that were read.</summary>
    public long Requests;
    public long TlsHellos;
    public long QuicHellos;

    /// <summary>Of the hellos, those without a name, and those that hide another, or pretend to.</summary>
    public long Nameless;
    public long EncryptedHellos;

    /// <summary>Connections that could not be read.</summary>
    public long Unreadable;

    /// <summary>Requests and connections that went no further.</summary>
    public long Denied;
}
