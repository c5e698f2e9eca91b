using Router.Configuration;
using Router.Licensing;
using Router.Wire;

namespace Router.Tests.Configuration;

/// <summary>`license`, and which zones it counts.</summary>
public sealed class LicenseTests
{
    [Fact]
    public void What_is_not_said_has_its_defaults()
    {
        LicenseSettings license = Loading.Sound(Loading.Base).License;
        Assert.Equal(("/etc/routerd/license.txt", false, PoolMode.PerUser, TimeSpan.FromMinutes(15), ""), (license.File, license.IsFileWritten, license.Mode, license.DeviceIdle, license.Contact));
        Assert.Empty(license.Reserved);
    }

    [Fact]
    public void All_keys_are_read()
    {
        LicenseSettings license = Loading.Sound(Loading.Base + """
            license:
              file: /srv/l.txt
              mode: per-host
              device_idle: 2m
              contact: "Ask Anna at the desk"
              reserved: [{ mac: "02-00-00-00-00-10", name: printer }, { address: 10.8.0.7, name: far office }]
            """).License;
        Assert.Equal(("/srv/l.txt", true, PoolMode.PerHost, TimeSpan.FromMinutes(2), "Ask Anna at the desk"), (license.File, license.IsFileWritten, license.Mode, license.DeviceIdle, license.Contact));
        Assert.Equal([new ReservedDevice("printer", 0x0200_0000_0010, default), new("far office", 0, Address.Parse("10.8.0.7"))], license.Reserved);
    }

    [Theory]
    [InlineData("file: license.txt", "`license.txt` is not the path of a file")]
    [InlineData("device_idle: 0s", "device_idle")]
    [InlineData("mode: per-seat", "`per-seat` is not possible for")]
    [InlineData("reserved: [{ name: x }]", "a reserved device is known by its MAC, or by its address")]
    [InlineData("reserved: [{ mac: \"02:00:00:00:00:10\", address: 10.0.0.1 }]", "a reserved device is known by its MAC, or by its address")]
    [InlineData("reserved: [{ mac: \"03:00:00:00:00:10\" }]", "`03:00:00:00:00:10` is not the MAC of a machine")]
    [InlineData("reserved: [{ mac: \"02:00:00:00:00\" }]", "`02:00:00:00:00` is not the MAC of a machine")]
    [InlineData("reserved: [{ address: 10.0.0.0/8 }]", "`10.0.0.0/8` is not the address of a device")]
    [InlineData("reserved: [{ address: 10.0.0.1 }, { address: 10.0.0.1 }]", "this device has a place kept already")]
    [InlineData("users: 500", "`users`")]
    public void What_makes_no_sense_is_told(string line, string fault) =>
        Assert.Contains(fault, Loading.Fault(Loading.Base + "license: { " + line + " }\n"), StringComparison.Ordinal);
}
