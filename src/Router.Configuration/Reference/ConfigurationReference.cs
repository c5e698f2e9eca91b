using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Router.Configuration.Reference;

/// <summary>
/// The configuration language as a whole: its top level, its JSON schema, and the tables of its reference. The readers take their known keys
/// from the same parts, so none of the three can know a key that another does not.
/// </summary>
public static class ConfigurationReference
{
    private const string Dialect = "https://json-schema.org/draft/2020-12/schema";

    private static readonly JsonSerializerOptions s_layout = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    /// <summary>The keys at the top of the file.</summary>
    internal static Part Root { get; } = new(
    [
        new("zones", Shape.Map(Shape.Of(LinkParts.Zone)), "", "", "local networks, by name", ""),
        new("links", Shape.Map(Shape.Of(LinkParts.Link)), "", "", "ways to the Internet, by name; at least one", ""),
        new("internet", Shape.Of(GlobalParts.Internet), "", "", "how links share the work", ""),
        new("health", Shape.Of(LinkParts.Health), "", "", "how a link is found dead or alive; a link may have its own", ""),
        new("services", Shape.Map(Shape.List(Shape.Service)), "", "", "names for ports, protocols and well-known services", ""),
        new("groups", Shape.Map(Shape.List(Shape.End)), "", "", "names for addresses, networks, ranges and host names", ""),
        new("times", Shape.Map(Shape.Of(RuleParts.Time)), "", "", "names for hours of the week", ""),
        new("rules", Shape.List(Shape.Of(RuleParts.Rule, isWhole: true), isBare: false), "", "", "traffic rules; the first that matches decides", ""),
        new("default_rule", Shape.Of(RuleParts.DefaultRule), "", "", "what becomes of what no rule matched", ""),
        new("timeouts", Shape.Of(GlobalParts.Timeouts), "", "", "idle times after which a flow ends", ""),
        new("tables", Shape.Of(GlobalParts.Tables), "", "", "sizes of tables, taken at start", ""),
        new("limits", Shape.Of(GlobalParts.Limits), "", "", "what one inside host may have of the flow table", ""),
        new("dns", Shape.Of(GlobalParts.Dns), "", "", "name servers for a forwarder on the box", ""),
        new("license", Shape.Of(GlobalParts.License), "", "", "how devices and users are counted, and where the licence is", ""),
        new("users", Shape.Of(PeopleParts.Users), "", "", "who logs in, where that is demanded, and for how long it holds", ""),
        new("portal", Shape.Of(PeopleParts.Portal), "", "", "the login and welcome pages", ""),
        new("metrics", Shape.Of(PeopleParts.Metrics), "", "", "numbers for Prometheus, and who may have them", ""),
        new("web_rules", Shape.List(Shape.Of(RuleParts.WebRule, isWhole: true), isBare: false), "", "", "what may be read on the web; the first that matches decides", ""),
        new("web", Shape.Of(RuleParts.Web), "", "", "what all web rules have in common", ""),
        new("on_exit", Shape.Word("closed"), "`closed`", "`closed`", "while no daemon runs nothing passes", "`closed`"),
    ]);

    /// <summary>The JSON schema of a configuration file, as packaging/router.schema.json has it.</summary>
    public static string Schema
    {
        get
        {
            JsonObject schema = Shape.Of(Root).ToJson();
            schema.Insert(0, "$schema", Dialect);
            schema.Insert(1, "title", "Configuration of routerd");
            schema["type"] = "object";
            return schema.ToJsonString(s_layout) + "\n";
        }
    }

    /// <summary>The tables of the reference, by the heading under which each stands: its rows.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Tables { get; } = new Dictionary<string, IReadOnlyList<string>>
    {
        ["zones"] = [.. LinkParts.Zone.Rows()],
        ["links"] = [.. LinkParts.Link.Rows()],
        ["internet"] = [.. GlobalParts.Internet.Rows()],
        ["health"] = [.. LinkParts.Health.Rows()],
        ["rules"] = [.. RuleParts.Rule.Rows()],
        ["default_rule"] = [.. RuleParts.DefaultRule.Rows()],
        ["timeouts"] = [.. GlobalParts.Timeouts.Rows()],
        ["limits"] = [.. GlobalParts.Limits.Rows()],
        ["dns"] = [.. GlobalParts.Dns.Rows()],
        ["web_rules, web"] = [.. RuleParts.WebRule.Rows(), .. RuleParts.Web.Rows("web.")],
        ["portal"] = [.. PeopleParts.Portal.Rows()],
        ["metrics"] = [.. PeopleParts.Metrics.Rows()],
        ["users.directory"] = [.. PeopleParts.Directory.Rows()],
        ["license"] = [.. GlobalParts.License.Rows()],
        ["users"] = [.. PeopleParts.Users.Rows()],
        ["tables, on_exit"] = [.. GlobalParts.Tables.Rows("tables."), .. Root.Rows()],
    };
}
