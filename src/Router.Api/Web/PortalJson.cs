using System.Text.Json;
using System.Text.Json.Serialization;

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
[JsonSerializable(typeof(ErrorReport))]
public sealed partial class PortalJson : JsonSerializerContext
{
    public static PortalJson Wire { get; } = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase });
}
