using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Router.Api;

namespace Router.Tests.Api;

/// <summary>The names in the JSON are a promise to scripts: each is written out here, so that renaming a field fails.</summary>
public class ControlJsonTests
{
    [Fact]
    public void StatusHasTheseNames() => Names(Samples.Status, ControlJson.Wire.StatusReport,
        "version pid started uptimeSeconds configurationFile policyGeneration policyLoadedAt revertsAt mode flows pins packets octets drops warnings "
        + "flows.used flows.capacity pins.used pins.capacity drops.reason drops.packets");

    [Fact]
    public void LinkHasTheseNames() => Names([Samples.Fiber, Samples.Queueing], ControlJson.Wire.IReadOnlyListLinkReport,
        "name interface state since cause usable inUse weight placementShare addresses gateway gatewayMac gateway6 gateway6Mac mtu "
        + "lossShare latencyMilliseconds received sent flows pins mark drill volume placement "
        + "received.packets received.octets received.packetsPerSecond received.octetsPerSecond "
        + "sent.packets sent.octets sent.packetsPerSecond sent.octetsPerSecond "
        + "volume.todayIn volume.todayOut volume.monthIn volume.monthOut volume.monthBegan volume.nextMonth volume.cap volume.state "
        + "placement.weightKilobits placement.peakIn placement.peakOut placement.queues placement.latencyMilliseconds placement.idleLatencyMilliseconds");

    [Fact]
    public void FlowHasTheseNames() => Names([Samples.Flow], ControlJson.Wire.IReadOnlyListFlowReport,
        "id protocol inside outside remote link zone rule state ageSeconds idleSeconds packetsOut octetsOut packetsIn octetsIn user pinReason "
        + "inside.address inside.port outside.address outside.port remote.address remote.port");

    [Fact]
    public void HostHasTheseNames() => Names([Samples.Host], ControlJson.Wire.IReadOnlyListHostReport,
        "host zone link pinAgeSeconds reason movedFrom flows user sites "
        + "sites.site sites.link sites.pinAgeSeconds sites.reason sites.movedFrom sites.flows");

    [Fact]
    public void LicenseHasTheseNames() => Names(Samples.License, ControlJson.Wire.LicenseReport,
        "licence licence.file licence.state licence.problem licence.number licence.holder licence.users licence.devicesPerUser licence.issued licence.notBefore licence.expires "
        + "licence.maintenanceUntil licence.developmentKey mode devices devices.used devices.limit devices.reserved seats seats.used seats.limit seats.reserved "
        + "places places.name places.mac places.addresses places.zone places.since places.reason places.flows places.idleSeconds places.user "
        + "users users.user users.seats users.devices users.counted users.since users.administrator users.machines "
        + "refused refused.host refused.mac refused.zone refused.user refused.why refused.wanted refused.first refused.last refused.times "
        + "tally tally.placesTaken tally.placesFreed tally.logins tally.logouts tally.refused");

    [Fact]
    public void LicenceFactsHaveTheseNames() => Names(
        Samples.License.Licence, ControlJson.Wire.LicenceFacts, "file state problem number holder users devicesPerUser issued notBefore expires maintenanceUntil developmentKey");

    [Fact]
    public void FreedHasTheseNames() => Names(Samples.Freed, ControlJson.Wire.FreedReport, "device addresses mac heldSeconds flowsEnded");

    [Fact]
    public void UsersHaveTheseNames() => Names(Samples.Users, ControlJson.Wire.UsersReport,
        "file accounts logins logins.user logins.groups logins.isAdministrator logins.addresses logins.mac logins.zone logins.method logins.since logins.idleSeconds logins.flows");

    [Fact]
    public void MoveHasTheseNames() => Names(Samples.Move, ControlJson.Wire.MoveReport, "host link pins from flowsKept flowsMoved flowsReset");

    [Fact]
    public void RuleHasTheseNames() => Names([Samples.Rule], ControlJson.Wire.IReadOnlyListRuleReport,
        "index name action active packets octets flows lastMatch shadowedBy overlaps");

    [Fact]
    public void CheckHasTheseNames() => Names(Samples.Check, ControlJson.Wire.CheckReport,
        "file errors warnings errors.file errors.line errors.column errors.message errors.remedy");

    [Fact]
    public void ReloadHasTheseNames() => Names(Samples.Reload, ControlJson.Wire.ReloadReport,
        "loaded policyGeneration durationMilliseconds flowsClosed refusal revertsAt errors warnings");

    [Fact]
    public void KeptHasTheseNames() => Names([Samples.Kept], ControlJson.Wire.IReadOnlyListKeptReport, "number since by octets files damage");

    [Fact]
    public void DiffHasTheseNames() => Names(Samples.Diff, ControlJson.Wire.DiffReport,
        "before after changes changes.part changes.name changes.kind changes.key changes.from changes.to flows errors warnings flows.looked flows.closed flows.moved flows.reset flows.drained flows.durationMilliseconds "
        + "flows.byRule flows.byHost flows.byRule.name flows.byRule.closed flows.byRule.moved flows.byRule.reset flows.byRule.drained "
        + "flows.byHost.name flows.byHost.closed flows.byHost.moved flows.byHost.reset flows.byHost.drained flows.examples flows.examples.flow flows.examples.fate flows.examples.to flows.examples.rule "
        + "flows.overLimit flows.overLimit.host flows.overLimit.flows flows.overLimit.limit "
        + string.Join(' ', "id protocol inside outside remote link zone rule state ageSeconds idleSeconds packetsOut octetsOut packetsIn octetsIn user pinReason inside.address inside.port outside.address outside.port remote.address remote.port"
            .Split(' ').Select(name => $"flows.examples.flow.{name}")));

    [Fact]
    public void WhyHasTheseNames() => Names([Samples.Why with { Flow = Samples.Flow }], ControlJson.Wire.IReadOnlyListWhyReport,
        "flow admitted admittedBy linkReason pin movedFrom web verdict web.decision web.name web.by web.rule web.words "
        + string.Join(' ', "id protocol inside outside remote link zone rule state ageSeconds idleSeconds packetsOut octetsOut packetsIn octetsIn user pinReason".Split(' ').Select(name => $"flow.{name}"))
        + " flow.inside.address flow.inside.port flow.outside.address flow.outside.port flow.remote.address flow.remote.port");

    [Fact]
    public void ExplainHasTheseNames() => Names(Samples.Explain, ControlJson.Wire.ExplainReport,
        "steps verdict allowed link sourceAddress pin user hostNames steps.rule steps.matched steps.why");

    [Fact]
    public void WhatIsReadIsWhatWasWritten()
    {
        byte[] once = JsonSerializer.SerializeToUtf8Bytes([Samples.Fiber, Samples.Dsl], ControlJson.Wire.IReadOnlyListLinkReport);
        IReadOnlyList<LinkReport> read = JsonSerializer.Deserialize(once, ControlJson.Wire.IReadOnlyListLinkReport)!;

        Assert.Equal(Samples.Fiber.Since, read[0].Since);
        Assert.Equal(Samples.Fiber.Received, read[0].Received);
        Assert.Equal(Samples.Fiber.Addresses, read[0].Addresses);
        Assert.Equal("no carrier", read[1].Cause);
        Assert.Null(read[1].LossShare);
        Assert.Equal(once, JsonSerializer.SerializeToUtf8Bytes(read, ControlJson.Wire.IReadOnlyListLinkReport));
    }

    [Fact]
    public void NullIsSaidAndTimesAreIso8601()
    {
        string json = JsonSerializer.Serialize([Samples.Dsl], ControlJson.Wire.IReadOnlyListLinkReport);

        Assert.Contains("\"lossShare\":null", json, StringComparison.Ordinal);
        Assert.Contains("\"since\":\"2026-03-01T11:59:48+00:00\"", json, StringComparison.Ordinal);
    }

    [Fact]
    public void NamesOfAnyLanguageStayReadable()
    {
        string json = JsonSerializer.Serialize([Samples.Rule with { Name = "Büro d'accueil" }], ControlJson.Wire.IReadOnlyListRuleReport);

        Assert.Contains("\"Büro d'accueil\"", json, StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingRequiredFieldIsAnError() =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("""{"loaded":true}""", ControlJson.Wire.ReloadReport));

    [Fact]
    public void UnknownFieldsAreIgnored() =>
        Assert.True(JsonSerializer.Deserialize(
            """{"loaded":true,"policyGeneration":1,"durationMilliseconds":2,"fromTheFuture":[1]}""", ControlJson.Wire.ReloadReport)!.Loaded);

    [Theory]
    [InlineData("10.0.0.5", 443, "10.0.0.5:443")]
    [InlineData("2001:db8::5", 443, "[2001:db8::5]:443")]
    [InlineData("10.0.0.5", 0, "10.0.0.5")]
    [InlineData("2001:db8::5", 0, "2001:db8::5")]
    public void EndpointsAreWrittenAsInUrls(string address, int port, string expected) =>
        Assert.Equal(expected, new EndpointReport { Address = address, Port = port }.ToString());

    private static void Names<T>(T sample, JsonTypeInfo<T> type, string expected)
    {
        var found = new List<string>();
        Collect(JsonSerializer.SerializeToElement(sample, type), "", found);
        Assert.Equal(expected.Split(' ').Order(StringComparer.Ordinal), found.Distinct().Order(StringComparer.Ordinal));
    }

    private static void Collect(JsonElement element, string prefix, List<string> found)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in element.EnumerateArray()) Collect(item, prefix, found);
        }
        if (element.ValueKind != JsonValueKind.Object) return;
        foreach (JsonProperty property in element.EnumerateObject())
        {
            found.Add(prefix + property.Name);
            Collect(property.Value, $"{prefix}{property.Name}.", found);
        }
    }
}
