using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Router.Api.Web;
using Router.Api.Web.Dashboard;
using Router.Daemon.Control;
using Router.Daemon.Systemd;
using Router.Wire;

namespace Router.Daemon.Portal;

/// <summary>
/// The portal socket's requests. It belongs to router-web, which strangers may have broken into: what it can do is on this page and
/// nowhere else, every text is bounded before it is looked at, and nothing it sends is written anywhere but through the journal's
/// own escaping.
/// </summary>
internal sealed class PortalRequests(PortalVerbs verbs, Journal journal) : SocketRequests("portal", journal)
{
    /// <summary>Longest name of a user or group, and longest password of guests, in characters.</summary>
    public const int MostText = 256;

    public const int MostGroups = 1000;

    protected override Task AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path.Value ?? "";
        bool asks = path is PortalPath.Settings or PortalPath.Look or PortalPath.Rule or PortalPath.Metrics
            or PortalPath.Live or PortalPath.Course or PortalPath.Flows or PortalPath.Events;
        if (!asks && path is not (PortalPath.Login or PortalPath.Logout or PortalPath.Drop or PortalPath.Welcome or PortalPath.Failed or PortalPath.Act)) throw Unknown(path);
        string expected = asks ? HttpMethods.Get : HttpMethods.Post;
        if (context.Request.Method != expected)
        {
            context.Response.Headers.Allow = expected;
            throw new RefusedRequest(StatusCodes.Status405MethodNotAllowed, $"{path} is asked by {expected}.");
        }
        return asks ? TellAsync(context, path) : ChangeAsync(context, path);
    }

    private Task TellAsync(HttpContext context, string path) => path switch
    {
        PortalPath.Settings => SendAsync(context, verbs.Settings(), PortalJson.Wire.WebSettings),
        PortalPath.Look => SendAsync(context, verbs.Look(ReadAddress(context.Request.Query["address"])), PortalJson.Wire.Visitor),
        PortalPath.Metrics => SendAsync(context, verbs.Metrics(), PortalJson.Wire.MetricReport),
        PortalPath.Rule => SendAsync(context, FindRule(context.Request.Query["number"]), PortalJson.Wire.RuleText),
        _ => ShowAsync(context, path, ReadAddress(context.Request.Query["address"])),
    };

    // To an administrator.
    private Task ShowAsync(HttpContext context, string path, Address asker)
    {
        IQueryCollection query = context.Request.Query;
        switch (path)
        {
            case PortalPath.Live:
                return SendAsync(context, verbs.Live(asker, query["lists"] == "yes"), PortalJson.Wire.LiveReport);
            case PortalPath.Course:
                return SendAsync(context, verbs.Course(asker, query["span"].ToString()), PortalJson.Wire.CourseReport);
            case PortalPath.Flows:
                var filter = new QueryCollection(query.Where(one => one.Key != "address").ToDictionary());
                return SendAsync(context, verbs.Flows(asker, Queries.Flows(filter)), PortalJson.Wire.IReadOnlyListFlowReport);
            default:
                string? link = query["link"];
                if (link is { Length: > MostText }) throw Bad("link is to be a link's name.");
                return SendAsync(context, verbs.Events(asker, link), PortalJson.Wire.IReadOnlyListEventReport);
        }
    }

    private RuleText FindRule(string? number) =>
        int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && verbs.Rule(index) is { } rule
            ? rule
            : throw new RefusedRequest(StatusCodes.Status404NotFound, "There is no such web rule.");

    private async Task ChangeAsync(HttpContext context, string path)
    {
        byte[] body = await ReadBodyAsync(context, "an order in JSON", PortalPath.MostBodyOctets);
        Outcome outcome = path switch
        {
            PortalPath.Login => Login(Read(body, PortalJson.Wire.LoginOrder)),
            PortalPath.Logout => verbs.Logout(ReadAddress(Read(body, PortalJson.Wire.LogoutOrder).Address)),
            PortalPath.Drop => Drop(Read(body, PortalJson.Wire.DropOrder)),
            PortalPath.Welcome => Welcome(Read(body, PortalJson.Wire.WelcomeOrder)),
            PortalPath.Act => Act(Read(body, PortalJson.Wire.ActOrder)),
            _ => Note(Read(body, PortalJson.Wire.FailedLogin)),
        };
        await SendAsync(context, outcome, PortalJson.Wire.Outcome);
    }

    private Outcome Login(LoginOrder order)
    {
        Expect(order.User, "user");
        if (order.Groups is not { Count: <= MostGroups }) throw Bad($"A user is in {MostGroups} groups at the most.");
        foreach (string group in order.Groups) Expect(group, "group");
        return verbs.Login(ReadAddress(order.Address), order);
    }

    private Outcome Drop(DropOrder order) => verbs.Drop(ReadAddress(order.Address), ReadAddress(order.Device));

    private Outcome Welcome(WelcomeOrder order)
    {
        if (order.Password is { Length: > MostText }) throw Bad($"The password is to be of {MostText} characters at the most.");
        return verbs.Welcome(ReadAddress(order.Address), order.Password);
    }

    private Outcome Act(ActOrder order)
    {
        Expect(order.Act, "act");
        return verbs.Act(ReadAddress(order.Address), order);
    }

    private Outcome Note(FailedLogin failed)
    {
        Expect(failed.Why, "why");
        if (failed.User is not { Length: <= MostText }) throw Bad("user is to be a text.");
        verbs.Failed(ReadAddress(failed.Address), failed);
        return new Outcome { Done = true };
    }

    private static void Expect(string? text, string name)
    {
        if (text is not { Length: > 0 and <= MostText }) throw Bad($"{name} is to be a text of 1 to {MostText} characters.");
    }

    private static T Read<T>(byte[] body, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw Bad("The body is to be an order, not null.");
        }
        catch (JsonException fault)
        {
            throw Bad($"The body is to be an order in JSON: {fault.Message}");
        }
    }

    private static Address ReadAddress(string? text)
    {
        if (text is { Length: <= 64 } && Address.TryParse(text, out Address address) && !address.IsUnspecified) return address;
        throw Bad("address is to be an address like 10.0.0.5 or 2001:db8::5.");
    }

    private static RefusedRequest Bad(string why) => new(StatusCodes.Status400BadRequest, why);
}
