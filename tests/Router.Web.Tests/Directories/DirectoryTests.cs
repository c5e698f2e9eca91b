using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Router.Api.Web;
using Router.Web.Checking;
using Router.Web.Directories;
using Router.Web.Serving;
using Router.Web.Tests.Bed;

namespace Router.Web.Tests.Directories;

/// <summary>Against a real OpenLDAP server that takes passwords over TLS only.</summary>
public sealed class DirectoryTests : IClassFixture<Slapd>, IDisposable
{
    private readonly Slapd _slapd;
    private readonly StringWriter _said = new();
    private readonly PeopleDirectory _directory;

    public DirectoryTests(Slapd slapd)
    {
        Slapd.SkipUnlessThere();
        _slapd = slapd;
        _directory = new PeopleDirectory(new Log(TextWriter.Synchronized(_said)), TimeProvider.System);
    }

    private string Secure => $"ldaps://127.0.0.1:{_slapd.Tls}";

    private string StartTls => $"ldap://127.0.0.1:{_slapd.Plain}";

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_right_password_is_right_and_groups_within_groups_count(bool ldaps)
    {
        Check check = await AskAsync(_slapd.Settings(ldaps ? Secure : StartTls), "ada", "engine");
        Assert.True(check.Finding == Finding.Right, _said.ToString());
        Assert.Equal("ada", check.User);
        Assert.Equal(["engineers", "everybody", "printing", "staff"], check.Groups.Order());
        Assert.True(check is { IsFromDirectory: true, IsAdministrator: true });
    }

    [Theory]
    [InlineData("ada", "wrong", nameof(Finding.Wrong))]
    [InlineData("nobody", "engine", nameof(Finding.Unknown))]
    [InlineData("*", "engine", nameof(Finding.Unknown))]
    [InlineData("ada)(uid=*", "engine", nameof(Finding.Unknown))]
    [InlineData("twin", "same", nameof(Finding.Unknown))]
    [InlineData("zoë", "naïve", nameof(Finding.Right))]
    public async Task A_name_is_taken_by_its_letters(string user, string password, string finding) =>
        Assert.Equal(finding, (await AskAsync(_slapd.Settings(Secure), user, password)).Finding.ToString());

    [Fact]
    public async Task A_certificate_of_somebody_else_is_refused()
    {
        WebDirectory settings = _slapd.Settings(Secure) with { CaFile = "/etc/ssl/certs/ca-certificates.crt" };
        Assert.Equal(Finding.Silent, (await AskAsync(settings, "ada", "engine")).Finding);
        Assert.Contains("<3>the directory cannot be asked", _said.ToString(), StringComparison.Ordinal);
        Assert.Equal(Finding.Silent, (await AskAsync(settings with { Urls = [StartTls] }, "ada", "engine")).Finding);
    }

    [Fact]
    public async Task A_wrong_password_of_our_own_account_is_our_fault_and_not_the_visitor_s()
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "not it", TestContext.Current.CancellationToken);
            Assert.Equal(Finding.Silent, (await AskAsync(_slapd.Settings(Secure) with { PasswordFile = file }, "ada", "engine")).Finding);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task The_second_server_answers_where_the_first_hangs_and_is_asked_first_afterwards()
    {
        using TcpListener hanging = Hang();
        WebDirectory settings = _slapd.Settings($"ldap://127.0.0.1:{((IPEndPoint)hanging.LocalEndpoint).Port}", Secure);
        long began = Stopwatch.GetTimestamp();
        Assert.Equal(Finding.Right, (await AskAsync(settings, "ada", "engine")).Finding);
        Assert.True(Stopwatch.GetElapsedTime(began).TotalSeconds >= 1.5);
        // Nobody is asked in vain again: the first would need longer than this.
        Assert.Equal(Finding.Right, (await AskAsync(settings, "ada", "engine").WaitAsync(TimeSpan.FromSeconds(1.9), TestContext.Current.CancellationToken)).Finding);
    }

    /// <summary>A directory that takes connections and never says a word: its users wait, and others do not.</summary>
    [Fact]
    public async Task A_directory_that_hangs_delays_no_local_login_and_is_given_up()
    {
        using TcpListener hanging = Hang();
        await using var portal = new RunningPortal();
        portal.Router.Settings = portal.Router.Settings with { Directory = _slapd.Settings($"ldaps://127.0.0.1:{((IPEndPoint)hanging.LocalEndpoint).Port}") };
        await portal.InitializeAsync();
        HttpClient[] waiting = [.. Enumerable.Range(100, 8).Select(n => portal.Device($"127.0.0.{n}"))];
        Task<HttpResponseMessage>[] asked = [.. waiting.Select(device => Form.LogInAsync(device, "ada", "engine"))];
        using HttpClient local = portal.Device("127.0.0.99");
        HttpResponseMessage entered = await Form.LogInAsync(local, "tony", RunningPortal.Password);
        Assert.Equal(HttpStatusCode.SeeOther, entered.StatusCode);
        Assert.Contains(asked, answer => !answer.IsCompleted);
        foreach (HttpResponseMessage answer in await Task.WhenAll(asked)) Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Array.ForEach(waiting, device => device.Dispose());
    }

    private Task<Check> AskAsync(WebDirectory settings, string user, string password)
    {
        _directory.Prepare(settings);
        return _directory.LookAsync(settings, new Credentials(user, password));
    }

    private static TcpListener Hang()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }
}
