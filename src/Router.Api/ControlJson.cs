using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Router.Api;

/// <summary>
/// How the records of this project become JSON: names in camelCase, every field always there (null says "none"), numbers as
/// numbers, times in ISO 8601. Serializers are made at build time, so nothing here needs reflection.
/// </summary>
/// <remarks>
/// Use <see cref="Wire"/>, not <c>Default</c>: it leaves letters outside ASCII and apostrophes readable, as the answers go to
/// programs and terminals, and are never pasted into HTML.
/// </remarks>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(IReadOnlyList<LinkReport>))]
[JsonSerializable(typeof(IReadOnlyList<FlowReport>))]
[JsonSerializable(typeof(IReadOnlyList<HostReport>))]
[JsonSerializable(typeof(IReadOnlyList<RuleReport>))]
[JsonSerializable(typeof(TopReport))]
[JsonSerializable(typeof(OverviewReport))]
[JsonSerializable(typeof(WebReport))]
[JsonSerializable(typeof(IReadOnlyList<WhyReport>))]
[JsonSerializable(typeof(IReadOnlyList<EventReport>))]
[JsonSerializable(typeof(EventReport))]
[JsonSerializable(typeof(IReadOnlyList<PastReport>))]
[JsonSerializable(typeof(DrillReport))]
[JsonSerializable(typeof(CheckReport))]
[JsonSerializable(typeof(IReadOnlyList<CheckedFile>))]
[JsonSerializable(typeof(ReloadReport))]
[JsonSerializable(typeof(ExplainReport))]
[JsonSerializable(typeof(KillReport))]
[JsonSerializable(typeof(MoveReport))]
[JsonSerializable(typeof(UsersReport))]
[JsonSerializable(typeof(IReadOnlyList<AccountReport>))]
[JsonSerializable(typeof(LoginChange))]
[JsonSerializable(typeof(ConfirmReport))]
[JsonSerializable(typeof(DiffReport))]
[JsonSerializable(typeof(IReadOnlyList<KeptReport>))]
[JsonSerializable(typeof(LicenseReport))]
[JsonSerializable(typeof(LicenceFacts))]
[JsonSerializable(typeof(FreedReport))]
[JsonSerializable(typeof(ErrorReport))]
public sealed partial class ControlJson : JsonSerializerContext
{
    public static ControlJson Wire { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
