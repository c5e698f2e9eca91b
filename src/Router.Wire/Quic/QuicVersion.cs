namespace Router.Wire.Quic;

/// <summary>The versions of QUIC whose Initial packets can be read: anybody can, who knows the salt of the version.</summary>
public static class QuicVersion
{
    /// <summary>RFC 9000.</summary>
    public const uint One = 1;

    /// <summary>RFC 9369.</summary>
    public const uint Two = 0x6b3343cf;

    public static bool IsKnown(uint version) => version is One or Two;

    /// <summary>A version that exists only so that servers answer with those that they speak (RFC 9000 15).</summary>
    public static bool IsGrease(uint version) => (version & 0x0f0f0f0f) == 0x0a0a0a0a;
}
