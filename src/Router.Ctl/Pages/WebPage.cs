using System.Globalization;
using Router.Api;
using Spectre.Console;

namespace Router.Ctl.Pages;

/// <summary>The answer to `routerctl web`.</summary>
internal static class WebPage
{
    public static void Write(WebReport web, Screen screen)
    {
        var table = new AnswerTable(
            new Column("#", Right: true), new Column("WEB RULE"), new Column("ACTION"), new Column("ACTIVE", 3), new Column("HITS", Right: true),
            new Column("LAST-MATCH", 1, Right: true), new Column("LIST", 2, Right: true));
        foreach (WebRuleReport rule in web.Rules)
        {
            table.Add(
                rule.Index.ToString(CultureInfo.InvariantCulture), rule.Name, new Cell(rule.Action, rule.Action == "allow" ? Color.Green : Color.Red),
                rule.Active ? "yes" : "no", screen.Count(rule.Hits), rule.LastMatch is { } last ? Units.Age(last, screen.Now) : "never",
                rule.ListNames > 0 ? $"{screen.Count(rule.ListNames)} names, {screen.Octets(rule.ListOctets)}" : "-");
        }
        table.WriteTo(screen, "There are no web rules.");
        screen.Line("");
        screen.Line($"read:        {screen.Count(web.Requests)} requests, {screen.Count(web.TlsHellos)} TLS and {screen.Count(web.QuicHellos)} QUIC hellos, on ports {string.Join(", ", web.Ports)}");
        screen.Line($"unreadable:  {screen.Count(web.UnreadableCount)} ({web.Unreadable}); {screen.Count(web.Nameless)} hellos without a name, {screen.Count(web.EncryptedHellos)} that hide another or seem to");
        screen.Line($"not let:     {screen.Count(web.Refused)}; led to the portal: {screen.Count(web.PortalRedirects)}");
    }
}
