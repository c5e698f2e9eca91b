using System.Text.Json;
using System.Text.Json.Serialization;
using Router.Api.Metrics;
using Router.Api.Web.Dashboard;

namespace Router.Api.Web;

/// <summary>How the records of the portal's socket become JSON, by the same rules as <see cref="ControlJson"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(WebSettings))]
[JsonSerializable(typeof(Visitor))]
[JsonSerializable(typeof(RuleText))]
[JsonSerializable(typeof(LoginOrder))]
[JsonSerializable(typeof(LogoutOrder))]
[JsonSerializable(typeof(DropOrder))]
[JsonSerializable(typeof(WelcomeOrder))]
[JsonSerializable(typeof(FailedLogin))]
[JsonSerializable(typeof(Outcome))]
[JsonSerializable(typeof(MetricReport))]
[JsonSerializable(typeof(LiveReport))]
[JsonSerializable(typeof(CourseReport))]
[JsonSerializable(typeof(IReadOnlyList<FlowReport>))]
[JsonSerializable(typeof(IReadOnlyList<EventReport>))]
[JsonSerializable(typeof(ActOrder))]
[JsonSerializable(typeof(ErrorReport))]
public sealed partial class PortalJson : JsonSerializerContext
{
    public static PortalJson Wire { get; } = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase });
}
