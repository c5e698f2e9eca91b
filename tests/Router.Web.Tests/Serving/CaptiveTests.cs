using System.Net;
using System.Text.Json;
using Router.Web.Tests.Bed;

namespace Router.Web.Tests.Serving;

/// <summary>What telephones ask.</summary>
public sealed class CaptiveTests(RunningPortal portal) : IClassFixture<RunningPortal>
{
    [Fact]
    public async Task The_api_says_whether_one_is_held_back_and_for_how_long_one_is_not()
    {
        using HttpClient device = portal.Device("127.0.9.40");
        JsonElement before = await AskAsync(device);
        Assert.True(before.GetProperty("captive").GetBoolean());
        Assert.Equal($"{portal.Home}/", before.GetProperty("user-portal-url").GetString());
        Assert.False(before.TryGetProperty("seconds-remaining", out _));

        portal.Router.Guests.Add(Wire.Address.Parse("127.0.9.40"));
        JsonElement after = await AskAsync(device);
        Assert.False(after.GetProperty("captive").GetBoolean());
        Assert.InRange(after.GetProperty("seconds-remaining").GetInt64(), 28_000, 28_800);
    }

    [Theory]
    [InlineData("connectivitycheck.gstatic.com", "/generate_204", HttpStatusCode.NoContent, "")]
    [InlineData("captive.apple.com", "/hotspot-detect.html", HttpStatusCode.OK, "<BODY>Success</BODY>")]
    [InlineData("www.msftconnecttest.com", "/connecttest.txt", HttpStatusCode.OK, "Microsoft Connect Test")]
    public async Task Each_maker_s_question_is_answered_as_by_him_once_one_may(string host, string path, HttpStatusCode status, string text)
    {
        using HttpClient held = portal.Device("127.0.0.41"), free = portal.Device("127.0.0.42");
        portal.Router.LogIn("127.0.0.42", "Tony");
        HttpResponseMessage redirect = await AskAsync(held, host, path), answer = await AskAsync(free, host, path);
        Assert.Equal((HttpStatusCode.Found, $"{portal.Home}/"), (redirect.StatusCode, redirect.Headers.Location!.OriginalString));
        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(text, await answer.Content.ReadAsStringAsync(Now), StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> AskAsync(HttpClient device, string host, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{portal.Http}{path}") { Headers = { Host = host } };
        return await device.SendAsync(request, Now);
    }

    private static async Task<JsonElement> AskAsync(HttpClient device)
    {
        HttpResponseMessage answer = await device.GetAsync("/captive-portal/api", Now);
        Assert.Equal("application/captive+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.True(answer.Headers.CacheControl!.Private);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Now)).RootElement;
    }

    private static CancellationToken Now => TestContext.Current.CancellationToken;
}
