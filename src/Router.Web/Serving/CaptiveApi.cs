using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Router.Api.Web;

namespace Router.Web.Serving;

/// <summary>
/// What telephones ask to learn whether they are held back, and where the page is. They find it by DHCP option 114, or the IPv6 ones, of
/// RFC 8910; what is answered is RFC 8908. Before that, each system asked for a page of its own over plain HTTP and looked whether it
/// came back right; the path redirects those, and where one reaches us all the same, it is answered as its maker would.
/// </summary>
internal static class CaptiveApi
{
    /// <summary>RFC 8908 4.1.</summary>
    private const string MediaType = "application/captive+json";

    public static Task AnswerAsync(Visit visit)
    {
        Visitor visitor = visit.Visitor;
        double? left = visitor is { Lacks: "nothing", Until: { } end } ? Math.Max(0, Math.Floor((end - DateTimeOffset.FromUnixTimeSeconds(visit.Now)).TotalSeconds)) : null;
        var state = new CaptiveState
        {
            Captive = visitor.Lacks != "nothing", UserPortalUrl = visit.Home + "/", SecondsRemaining = (long?)left, CanExtendSession = left is null ? null : true,
        };
        return Answer.TextAsync(visit.Context, JsonSerializer.Serialize(state, CaptiveJson.Default.CaptiveState), MediaType);
    }

    /// <summary>What the maker's own server answers where nobody is held back; null if this is no such question.</summary>
    public static (int Status, string Body, string Type)? Probe(string path) => path switch
    {
        "/generate_204" or "/gen_204" => (StatusCodes.Status204NoContent, "", "text/plain"),
        "/hotspot-detect.html" or "/library/test/success.html" =>
            (StatusCodes.Status200OK, "<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>", "text/html"),
        "/connecttest.txt" => (StatusCodes.Status200OK, "Microsoft Connect Test", "text/plain"),
        "/ncsi.txt" => (StatusCodes.Status200OK, "Microsoft NCSI", "text/plain"),
        "/success.txt" => (StatusCodes.Status200OK, "success\n", "text/plain"),
        _ => null,
    };
}

/// <summary>The object of RFC 8908 5.</summary>
internal sealed record CaptiveState
{
    [JsonPropertyName("captive")]
    public required bool Captive { get; init; }

    [JsonPropertyName("user-portal-url")]
    public required string UserPortalUrl { get; init; }

    /// <summary>Only while not captive, and for a visit that ends.</summary>
    [JsonPropertyName("seconds-remaining")]
    public long? SecondsRemaining { get; init; }

    [JsonPropertyName("can-extend-session")]
    public bool? CanExtendSession { get; init; }
}

/// <summary>What is null is left out, as the RFC has it.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CaptiveState))]
internal sealed partial class CaptiveJson : JsonSerializerContext;
