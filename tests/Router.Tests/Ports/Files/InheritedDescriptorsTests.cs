using Router.Ports.Files;

namespace Router.Tests.Ports.Files;

public class InheritedDescriptorsTests
{
    [Theory]
    [InlineData("2", "port-a:port-b", "7", "port-a=3 port-b=4")]
    [InlineData("2", "port-a", "7", "port-a=3 unknown=4")]
    [InlineData("1", null, "7", "unknown=3")]
    [InlineData("1", "port-a", "8", "")] // another process's
    [InlineData("1", "port-a", null, "")]
    [InlineData("-1", "port-a", "7", "")]
    [InlineData(null, null, "7", "")]
    public void TheVariablesNameWhatIsInherited(string? count, string? names, string? pid, string expected) =>
        Assert.Equal(expected, string.Join(' ', InheritedDescriptors.Read(count, names, pid, ownPid: 7).Select(one => $"{one.Name}={one.Descriptor}")));
}
