using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Router.Web.Tests.Bed;

namespace Router.Web.Tests.Serving;

/// <summary>What people with bad intentions send.</summary>
public sealed class HostileTests(RunningPortal portal) : IClassFixture<RunningPortal>
{
    [Fact]
    public async Task A_form_without_its_token_or_of_another_browser_does_nothing()
    {
        using HttpClient victim = portal.Device("127.0.0.20"), attacker = portal.Device("127.0.0.21"), otherBrowser = portal.Device("127.0.0.20");
        await Form.LogInAsync(victim, "tony", RunningPortal.Password);
        string theirs = Form.Hidden(await attacker.GetStringAsync("/login", Now), "/login")["form"];
        string his = Form.Hidden(await otherBrowser.GetStringAsync("/", Now), "/logout")["form"];
        foreach (string token in (string[])["", "1.x", theirs, his, "99999999999.AAAA"])
        {
            HttpResponseMessage answer = await victim.PostAsync("/logout", new FormUrlEncodedContent([new("form", token)]), Now);
            Assert.Contains("nothing was done", await answer.Content.ReadAsStringAsync(Now), StringComparison.Ordinal);
            Assert.Equal("Tony", portal.Router.Look(Wire.Address.Parse("127.0.0.20")).User);
        }
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    public async Task A_form_that_the_browser_says_is_another_sites_does_nothing(string header, string value)
    {
        using HttpClient device = portal.Device("127.0.0.22");
        device.DefaultRequestHeaders.Add(header, value);
        HttpResponseMessage answer = await Form.LogInAsync(device, "tony", RunningPortal.Password);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.DoesNotContain(portal.Router.Logins, one => one.Address == "127.0.0.22");
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example")]
    [InlineData("http://user@evil.example/")]
    [InlineData("http://evil.example/\r\nSet-Cookie: a=b")]
    [InlineData("ftp://evil.example/")]
    [InlineData("http:///nohost")]
    public async Task A_landing_with_an_odd_url_forgets_it(string url)
    {
        using HttpClient device = portal.Device("127.0.0.23");
        HttpResponseMessage answer = await device.GetAsync($"http://127.0.0.1:{portal.Http}/go?why=login&to={Uri.EscapeDataString(url)}", Now);
        Assert.Equal($"{portal.Home}/login", answer.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task A_wanted_page_counts_only_as_it_was_sealed_for_the_device_and_while_it_must_log_in()
    {
        using HttpClient device = portal.Device("127.0.0.24"), other = portal.Device("127.0.0.25");
        HttpResponseMessage landed = await device.GetAsync($"http://127.0.0.1:{portal.Http}/go?why=login&to=http%3A%2F%2Fsite.example%2F", Now);
        string seal = landed.Headers.Location!.Query;
        await Form.LogInAsync(device, "tony", RunningPortal.Password);
        await Form.LogInAsync(other, "tony", RunningPortal.Password);
        Assert.Contains("site.example", await device.GetStringAsync("/" + seal, Now), StringComparison.Ordinal);
        Assert.DoesNotContain("site.example", await other.GetStringAsync("/" + seal, Now), StringComparison.Ordinal);
        Assert.DoesNotContain("site.example", await device.GetStringAsync("/" + seal.Replace("?to=", "?to=A", StringComparison.Ordinal), Now), StringComparison.Ordinal);
        // Who is in already is led nowhere by a link.
        HttpResponseMessage again = await device.GetAsync($"http://127.0.0.1:{portal.Http}/go?why=login&to=http%3A%2F%2Fsite.example%2F", Now);
        Assert.Equal($"{portal.Home}/", again.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task A_session_is_new_at_login_and_worth_nothing_on_another_device()
    {
        using HttpClient planted = portal.Device("127.0.0.26", cookies: false), thief = portal.Device("127.0.0.27", cookies: false);
        planted.DefaultRequestHeaders.Add("Cookie", "__Host-session=planted-by-somebody; __Host-form=abcdefghijklmnopqrstuvwxyz");
        HttpResponseMessage entered = await Form.LogInAsync(planted, "tony", RunningPortal.Password);
        string cookie = Assert.Single(entered.Headers.GetValues("Set-Cookie"), one => one.StartsWith("__Host-session=", StringComparison.Ordinal));
        Assert.Contains("; path=/; secure; samesite=lax; httponly", cookie, StringComparison.Ordinal);
        string secret = cookie.Split(';')[0];
        Assert.Equal("__Host-session=".Length + 43, secret.Length);

        // Tony is on the other device too, by himself; the cookie is stolen.
        portal.Router.LogIn("127.0.0.27", "Tony");
        thief.DefaultRequestHeaders.Add("Cookie", secret);
        Assert.DoesNotContain("Log out 127.0.0.26", await thief.GetStringAsync("/", Now), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_name_that_is_not_ours_is_led_to_ours()
    {
        using HttpClient device = portal.Device("127.0.0.28");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/login") { Headers = { Host = "rebound.example" } };
        HttpResponseMessage answer = await device.SendAsync(request, Now);
        Assert.Equal($"{portal.Home}/", answer.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task Every_page_forbids_scripts_frames_and_storing()
    {
        using HttpClient device = portal.Device("127.0.0.29");
        HttpResponseMessage answer = await device.GetAsync("/login", Now);
        string policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.DoesNotContain("Server", answer.Headers.Select(header => header.Key));
    }

    [Fact]
    public async Task Who_is_in_no_zone_gets_no_form()
    {
        using HttpClient device = portal.Device("127.8.0.1");
        HttpResponseMessage answer = await device.GetAsync("/login", Now);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.DoesNotContain("<form", await answer.Content.ReadAsStringAsync(Now), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_body_is_refused()
    {
        using HttpClient device = portal.Device("127.0.0.31");
        HttpResponseMessage answer = await device.PostAsync("/login", new FormUrlEncodedContent([new("user", new string('a', 50_000))]), Now);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task Headers_that_never_end_are_cut_off_and_one_device_holds_few_connections()
    {
        var sockets = new List<Socket>();
        try
        {
            for (int i = 0; i < 40; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 15_000 };
                socket.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.32"), 0));
                sockets.Add(socket);
                try
                {
                    await socket.ConnectAsync(IPAddress.Loopback, portal.Http, Now);
                    await socket.SendAsync("GET / HTTP/1.1\r\nX: "u8.ToArray(), Now);
                }
                catch (SocketException)
                {
                    // One too many, and closed already.
                }
            }
            // Another device is served meanwhile.
            using HttpClient other = portal.Device("127.0.0.33");
            Assert.Equal(HttpStatusCode.OK, (await other.GetAsync("/login", Now)).StatusCode);
            // The first is answered 408 once its time is over; the last was closed at once.
            byte[] answer = new byte[1000];
            int length = sockets[0].Receive(answer);
            Assert.StartsWith("HTTP/1.1 408", Encoding.ASCII.GetString(answer, 0, length), StringComparison.Ordinal);
            Assert.Contains(sockets, socket => IsClosed(socket));
        }
        finally
        {
            foreach (Socket socket in sockets) socket.Dispose();
        }
    }

    [Fact]
    public async Task Octets_that_are_no_request_harm_nobody()
    {
        var random = new Random(20261122);
        for (int i = 0; i < 200; i++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.34"), 0));
            await socket.ConnectAsync(IPAddress.Loopback, i % 2 == 0 ? portal.Http : portal.Https, Now);
            byte[] noise = new byte[random.Next(1, 2000)];
            random.NextBytes(noise);
            await socket.SendAsync(noise, Now);
        }
        using HttpClient other = portal.Device("127.0.0.35");
        Assert.Equal(HttpStatusCode.OK, (await other.GetAsync("/login", Now)).StatusCode);
        Assert.DoesNotContain("failed:", portal.Log, StringComparison.Ordinal);
    }

    private static bool IsClosed(Socket socket)
    {
        try
        {
            return socket.Poll(0, SelectMode.SelectRead) && socket.Receive(new byte[2000]) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private static CancellationToken Now => TestContext.Current.CancellationToken;
}
