using System.Globalization;

namespace Router.Tests.Wire;

/// <summary>
/// Random input that can be had again: the seed is fresh for each run, is printed, and is taken from ROUTER_SEED where that is set.
/// </summary>
internal static class Dice
{
    public static Random Roll()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("ROUTER_SEED"), CultureInfo.InvariantCulture, out int given)
            ? given
            : Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"ROUTER_SEED={seed}");
        return new Random(seed);
    }

    public static byte[] Octets(this Random random, int length)
    {
        byte[] octets = new byte[length];
        random.NextBytes(octets);
        return octets;
    }

    /// <summary>Any word, the two zeros of ones' complement and their neighbours more often than others.</summary>
    public static ushort Word(this Random random) => random.Next(8) switch
    {
        0 => 0x0000,
        1 => 0xffff,
        2 => 0x0001,
        3 => 0xfffe,
        _ => (ushort)random.Next(0x10000),
    };

    public static Router.Wire.Address Address(this Random random, bool v4) => v4
        ? Router.Wire.Address.FromV4((uint)random.Word() << 16 | random.Word())
        : new Router.Wire.Address(
            0x2001_0000_0000_0000 | (ulong)random.Word() << 32 | (ulong)random.Word() << 16 | random.Word(),
            (ulong)random.Word() << 48 | (ulong)random.Word() << 32 | (ulong)random.Word() << 16 | random.Word());
}
