using System.Text.Json.Serialization;
using Router.Api;

namespace Router.Daemon.Changing;

/// <summary>A configuration that came in force.</summary>
/// <param name="Since">When.</param>
/// <param name="By">By whom or what.</param>
/// <param name="Files">Its files with their texts, the main one first.</param>
internal sealed record Kept(DateTimeOffset Since, string By, IReadOnlyList<CheckedFile> Files);

/// <summary>How it is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Kept))]
internal sealed partial class KeptJson : JsonSerializerContext;
