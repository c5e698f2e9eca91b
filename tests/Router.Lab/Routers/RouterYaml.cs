namespace Router.Lab.Routers;

/// <summary>A configuration for the lab's router: one zone for the LAN, one for guests, three links, and one rule that lets all out.</summary>
internal sealed record RouterYaml
{
    public string Mode { get; init; } = "balance";

    public string Pin { get; init; } = "host";

    /// <summary>By what links are weighed.</summary>
    public string Placement { get; init; } = "weight";

    /// <summary>Of fiber (wan0), dsl (wan1) and lte (wan2).</summary>
    public IReadOnlyList<int> Weights { get; init; } = [8, 4, 0];

    /// <summary>Further fields of single links, such as "ipv6: { nat: napt }".</summary>
    public IReadOnlyList<string> LinkMore { get; init; } = [];

    /// <summary>The lines of `health`, defaults where empty.</summary>
    public string Health { get; init; } = "";

    /// <summary>Most flows at a time; 0 leaves the default.</summary>
    public int Flows { get; init; }

    /// <summary>The lines of `limits`. A few hosts play many in the lab, so that by default none has a limit.</summary>
    public string Limits { get; init; } = "flows: unlimited\nnew_flows: unlimited";

    /// <summary>
    /// The lines of `license`, with which the devices of the LAN are counted; null: they are not, since in the lab a few hosts play many.
    /// Guests are never counted.
    /// </summary>
    public string? License { get; init; }

    /// <summary>The lines of `users`, defaults where empty.</summary>
    public string Users { get; init; } = "";

    /// <summary>The lines of `timeouts`, defaults where empty.</summary>
    public string Timeouts { get; init; } = "";

    /// <summary>Further zones, as lines of `zones`.</summary>
    public string Zones { get; init; } = "";

    /// <summary>Rules before the one that lets all out, as YAML list items without indentation.</summary>
    public string Rules { get; init; } = "";

    /// <summary>Whether the last rule lets everything out to the Internet.</summary>
    public bool AllowOut { get; init; } = true;

    /// <summary>Further lines of that last rule, such as "on_link_down: keep".</summary>
    public string AllowOutMore { get; init; } = "";

    public override string ToString() => $$"""
        zones:
          trusted: { interfaces: [lan0], licensed: {{(License is null ? "false" : "true")}} }
          guest:   { interfaces: [guest0], licensed: false }
        {{Indent(Zones, "  ")}}

        links:
        {{Links()}}
        internet:
          mode: {{Mode}}
          order: [{{string.Join(", ", LinkNames.Take(Weights.Count))}}]
          placement: {{Placement}}
          pin: {{Pin}}

        {{Section("health:", Health, "  ")}}{{Section("tables:", Flows == 0 ? "" : $"flows: {Flows}", "  ")}}{{Section("limits:", Limits, "  ")}}{{Section("license:", License ?? "", "  ")}}{{Section("users:", Users, "  ")}}{{Section("timeouts:", Timeouts, "  ")}}
        rules:{{(Rules.Length == 0 && !AllowOut ? " []" : "")}}
        {{Indent(Rules, "  ")}}
        {{(AllowOut ? Indent(Everything, "  ") : "")}}
        """ + "\n";

    public static readonly string[] LinkNames = ["fiber", "dsl", "lte"];

    /// <summary>IPv6 is not translated, so it must leave by the link whose provider routes our prefix.</summary>
    private string Everything => """
        - name: IPv6 by the link that routes our prefix
          source: [trusted, firewall]
          destination: [internet]
          family: ipv6
          action: allow
          link: fiber
          fallback: false
        - name: Everything else to the Internet
          source: [trusted, guest, firewall]
          destination: [internet]
          action: allow
        """ + (AllowOutMore.Length == 0 ? "" : "\n" + Indent(AllowOutMore, "  "));

    private string Links() => string.Concat(Weights.Select((weight, i) => $"  {LinkNames[i]}: {{ interface: wan{i}, weight: {weight}{More(i)} }}\n"));

    private string More(int link) => link < LinkMore.Count && LinkMore[link].Length > 0 ? $", {LinkMore[link]}" : "";

    private static string Section(string head, string body, string indent) => body.Length == 0 ? "" : $"{head}\n{Indent(body, indent)}\n";

    private static string Indent(string text, string by) =>
        string.Join('\n', text.Split('\n').Select(line => line.Length == 0 ? "" : by + line));
}
