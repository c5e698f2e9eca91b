using Router.Forwarding;
using Router.Ports;
using Router.Tables;
using Router.Tests.Tables;

namespace Router.Tests.Forwarding;

[Collection(nameof(Alone))]
public class MappedPortRegistryTests
{
    [Fact]
    public void NamesKeepTheirNumbersOverRestarts()
    {
        using var path = new TablePath();
        string longest = new('x', 48);
        PortId fiber, dsl, last;
        using (var before = new MappedPortRegistry(path.Name))
        {
            Assert.Equal(TableOrigin.Fresh, before.Origin);
            Assert.Equal(PortId.Host, before.Claim("firewall"));
            fiber = before.Claim("fiber");
            dsl = before.Claim("dsl-münchen");
            last = before.Claim(longest);
            Assert.Equal(fiber, before.Claim("fiber"));
        }
        using var after = new MappedPortRegistry(path.Name);
        Assert.Equal((TableOrigin.Resumed, ""), (after.Origin, after.OriginReason));
        // Asked for in another order, and with a newcomer first.
        PortId lte = after.Claim("lte");
        Assert.Equal(last, after.Claim(longest));
        Assert.Equal(dsl, after.Claim("dsl-münchen"));
        Assert.Equal(fiber, after.Claim("fiber"));
        Assert.Equal(4, new[] { fiber, dsl, last, lte }.Distinct().Count());
        Assert.Equal("dsl-münchen", after.NameOf(dsl));
        Assert.Equal("firewall", after.NameOf(PortId.Host));
    }

    [Fact]
    public void EveryNumberCanBeKept()
    {
        using var path = new TablePath();
        string[] names = [.. Enumerable.Range(1, PortId.Most - 1).Select(number => $"zone{number}")];
        PortId[] ids;
        using (var before = new MappedPortRegistry(path.Name))
        {
            ids = [.. names.Select(before.Claim)];
            Assert.Throws<PortException>(() => before.Claim("one too many"));
        }
        using var after = new MappedPortRegistry(path.Name);
        Assert.Equal(ids, names.Select(after.Claim));
        Assert.Throws<PortException>(() => after.Claim("one too many"));
    }

    [Fact]
    public void OfAFullRegistryOnlyNamesThatAreGoneAndUnusedGiveTheirNumbers()
    {
        using var path = new TablePath();
        string[] names = [.. Enumerable.Range(1, PortId.Most - 1).Select(number => $"zone{number}")];
        PortId ninth;
        using (var registry = new MappedPortRegistry(path.Name))
        {
            foreach (string name in names) registry.Claim(name);
            PortId third = registry.Claim("zone3");
            ninth = registry.Claim("zone9");
            // zone3 has a live flow, zone4 stays, zone5 is in force still; the others are gone.
            string[] wanted = ["zone4", "new one", .. names[9..]];
            ulong freed = registry.MakeRoom(wanted, ["zone5"], () => third.Bit | registry.Claim("zone1").Bit | registry.Claim("zone2").Bit
                | registry.Claim("zone6").Bit | registry.Claim("zone7").Bit | registry.Claim("zone8").Bit);
            Assert.Equal(ninth.Bit, freed);
            Assert.Equal(ninth, registry.Claim("new one"));
            PortException full = Assert.Throws<PortException>(() => registry.Claim("another"));
            Assert.Contains("'another'", full.Message, StringComparison.Ordinal);
            Assert.Equal("zone3", registry.NameOf(third));
        }
        using var after = new MappedPortRegistry(path.Name);
        Assert.Equal(ninth, after.Claim("new one"));
        Assert.Equal("zone3", after.NameOf(after.Claim("zone3")));
    }

    [Fact]
    public void NoNumberIsTakenBackWhileThereIsRoom()
    {
        var registry = new PortRegistry();
        PortId gone = registry.Claim("gone");
        Assert.Equal(0UL, registry.MakeRoom(["new"], [], () => throw new InvalidOperationException("nobody needs to look")));
        registry.Claim("new");
        Assert.Equal(gone, registry.Claim("gone"));
    }

    [Theory]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    [InlineData("üüüüüüüüüüüüüüüüüüüüüüüüü")]
    [InlineData("")]
    public void ANameThatCannotBeKeptIsNotGiven(string name)
    {
        using var path = new TablePath();
        using var registry = new MappedPortRegistry(path.Name);
        Assert.Throws<InvalidOperationException>(() => registry.Claim(name));
        Assert.Throws<InvalidOperationException>(() => registry.Claim(name));
        Assert.Equal(1, registry.Claim("fiber").Value);
    }

    [Fact]
    public void ADamagedNameIsForgottenAndTheOthersStay()
    {
        using var path = new TablePath();
        PortId dsl;
        using (var before = new MappedPortRegistry(path.Name))
        {
            before.Claim("fiber");
            dsl = before.Claim("dsl");
        }
        byte[] octets = File.ReadAllBytes(path.Name);
        int at = octets.AsSpan().IndexOf("fiber"u8);
        octets[at] = (byte)'F';
        File.WriteAllBytes(path.Name, octets);
        using var after = new MappedPortRegistry(path.Name);
        Assert.Contains("1 damaged", after.OriginReason, StringComparison.Ordinal);
        Assert.Equal(dsl, after.Claim("dsl"));
        Assert.NotEqual(dsl, after.Claim("fiber"));
    }
}
