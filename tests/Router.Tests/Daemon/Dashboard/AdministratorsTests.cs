using Router.Daemon.Control;
using Router.Daemon.Dashboard;
using Router.Licensing;
using Router.Tests.Daemon.People;
using static Router.Tests.Daemon.People.PeopleBed;

namespace Router.Tests.Daemon.Dashboard;

/// <summary>Whom the dashboard is for: the pool decides, whatever router-web says of its visitor.</summary>
public sealed class AdministratorsTests : IDisposable
{
    private readonly PeopleBed _bed = new();
    private readonly Administrators _administrators;

    public AdministratorsTests()
    {
        _bed.Give("  tony: { groups: [staff] }\n  root: { administrator: true }\n");
        _bed.Desk.LookAtAccounts();
        _administrators = new Administrators(_bed.Desk);
    }

    public void Dispose() => _bed.Dispose();

    [Theory]
    [InlineData("root", LoginMethod.Web, false)]
    [InlineData("eve", LoginMethod.Directory, true)]
    public void A_password_makes_one_of_whom_the_accounts_or_the_directory_call_so(string user, LoginMethod method, bool isSaid)
    {
        Assert.True(_bed.Desk.Login(Host, user, [], method, isSaid).Done);
        Assert.Equal(user, _administrators.Demand(Host));
        Assert.Equal([$"{Host}"], _administrators.Addresses());
    }

    [Theory]
    [InlineData(LoginMethod.Automatic)]
    [InlineData(LoginMethod.Administrator)]
    public void A_login_without_a_password_makes_none(LoginMethod method)
    {
        Assert.True(_bed.LogIn("root", Host, method).Done);
        Assert.Throws<RefusedRequest>(() => _administrators.Demand(Host));
        Assert.Empty(_administrators.Addresses());
    }

    [Fact]
    public void Others_are_none_and_nobody_is_one_after_his_logout()
    {
        Assert.Throws<RefusedRequest>(() => _administrators.Demand(Host));
        Assert.True(_bed.LogIn("tony", Host).Done);
        Assert.True(_bed.LogIn("root", Other).Done);
        Assert.Contains($"{Host}", Assert.Throws<RefusedRequest>(() => _administrators.Demand(Host)).Message, StringComparison.Ordinal);
        Assert.Equal("root", _administrators.Demand(Other));
        _bed.Desk.Logout(Other, LogoutReason.Asked);
        Assert.Throws<RefusedRequest>(() => _administrators.Demand(Other));
        Assert.Empty(_administrators.Addresses());
    }
}
