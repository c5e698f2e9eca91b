using System.Text.RegularExpressions;
using Router.Daemon.Systemd;

namespace Router.Tests.Daemon.Systemd;

/// <summary>The kinds of journal lines, their explanations for `journalctl -x`, and their table in the documentation say the same.</summary>
public sealed partial class CatalogTests
{
    private static readonly string s_explanations = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Daemon", "Systemd", "routerd.catalog"));

    [Fact]
    public void All_are_listed() =>
        Assert.Equal(typeof(Catalog).GetFields().Where(field => field.FieldType == typeof(EventKind)).Select(field => (EventKind)field.GetValue(null)!), Catalog.All);

    [Fact]
    public void Names_and_identifiers_are_used_once()
    {
        Assert.Distinct(Catalog.All.Select(kind => kind.Name));
        Assert.Distinct(Catalog.All.Select(kind => kind.Id));
        Assert.All(Catalog.All, kind => Assert.Matches("^[0-9a-f]{32}$", kind.Id));
        Assert.All(Catalog.All, kind => Assert.Matches("^[a-z]+(-[a-z]+)*$", kind.Name));
    }

    [Fact]
    public void Each_is_explained() => Assert.Equal(Catalog.All.Select(kind => kind.Id), Entry().Matches(s_explanations).Select(entry => entry.Groups["id"].Value));

    // journalctl takes the header's lines as fields, and all behind the first empty line as the text.
    [Fact]
    public void Each_explanation_has_a_subject_and_a_text() =>
        Assert.All(Entry().Matches(s_explanations), entry =>
        {
            Assert.Matches("^Subject: \\S.+\nDefined-By: routerd\nDocumentation: man:routerd\\(8\\)$", entry.Groups["header"].Value);
            Assert.True(entry.Groups["text"].Value.Trim().Length > 40, entry.Groups["id"].Value);
        });

    [Fact]
    public void Explanations_speak_of_fields_that_there_are() =>
        Assert.Subset(new HashSet<string> { "LINK", "STATE", "CAUSE", "HOST", "USER" }, Field().Matches(s_explanations).Select(field => field.Groups[1].Value).ToHashSet());

    [Fact]
    public void The_documentation_has_a_row_for_each() =>
        Assert.Equal(
            Catalog.All.Select(kind => (kind.Name, kind.Topic, kind.Id)),
            Row().Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Daemon", "Systemd", "journal.md"))).Select(row => (row.Groups[1].Value, row.Groups[2].Value, row.Groups[3].Value)));

    [GeneratedRegex("^-- (?<id>[0-9a-f]{32})\n(?<header>(?:[A-Z].*\n)+?)\n(?<text>(?:(?!-- ).*\n?)*)", RegexOptions.Multiline)]
    private static partial Regex Entry();

    [GeneratedRegex("@([A-Z]+)@")]
    private static partial Regex Field();

    [GeneratedRegex(@"^\| `([\w-]+)` \| `([\w-]+)` \| `([0-9a-f]{32})` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
