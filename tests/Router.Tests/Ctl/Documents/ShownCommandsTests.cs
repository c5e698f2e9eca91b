using System.CommandLine;
using Router.Ctl;

namespace Router.Tests.Ctl.Documents;

/// <summary>
/// Whoever types a command as a page shows it is understood: each is read by the program that it is for, with that program's own reader of
/// command lines. The tutorial and the recipes are followed to the letter in the lab besides.
/// </summary>
public class ShownCommandsTests
{
    /// <summary>Far fewer than there are: what finds none proves nothing.</summary>
    private const int FewestCommands = 150;

    public static TheoryData<string> Pages => [.. ShownCommands.Pages().Select(page => Path.GetRelativePath(ShownCommands.Root, page))];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_command_on_a_page_is_understood(string page) =>
        Assert.Empty(ShownCommands.In(Path.Combine(ShownCommands.Root, page)).Select(Complaint).OfType<string>());

    [Fact]
    public void Pages_show_many_commands() => Assert.True(ShownCommands.Pages().SelectMany(ShownCommands.In).Count() >= FewestCommands);

    [Fact]
    public void Examples_in_the_help_are_commands_too() =>
        Assert.Empty(Examples.All.Values.SelectMany(examples => examples)
            .SelectMany(example => ShownCommand.In($"routerctl {example.Line}", "Examples.cs", isTyped: true)).Select(Complaint).OfType<string>());

    [Theory]
    [InlineData("`routerctl flows kill --host 10.0.0.5`", null)]
    [InlineData("see `routerctl hosts move`, and `routerctl check`", null)]
    [InlineData("`routerctl hosts moove`", "page.md:1: routerctl hosts moove")]
    [InlineData("`routerctl rollback [N] [--confirm TIME]`", null)]
    [InlineData("`routerctl user logout NAME\\|ADDRESS`", null)]
    [InlineData("    router# routerctl hosts move", "page.md:1: routerctl hosts move")]
    [InlineData("    $ sudo routerctl links --jason | jq .", "page.md:1: routerctl links --jason")]
    [InlineData("    # journalctl -u routerd", null)]
    [InlineData("    routerctl: routerd is not running", null)]
    [InlineData("    # routerd --config FILE --statte DIRECTORY", "page.md:1: routerd --config FILE --statte DIRECTORY")]
    [InlineData("    # routerd teardown --runtime /run/routerd  # gives the box back", null)]
    [InlineData("    routerctl links --watch [SECONDS] >links.txt", null)]
    [InlineData("    routerctl explain --from 10.0.0.5 tcp [2001:db8::1]:443 && routerctl linx", "page.md:1: routerctl linx")]
    public void What_is_wrong_on_a_page_is_told_with_its_place(string line, string? expected)
    {
        string[] complaints = [.. ShownCommands.InMarkdown("page.md", [line]).Select(Complaint).OfType<string>()];
        if (expected is null) Assert.Empty(complaints);
        else Assert.StartsWith(expected, Assert.Single(complaints), StringComparison.Ordinal);
    }

    [Fact]
    public void A_manual_shows_commands_in_examples_and_in_bold()
    {
        string[] lines = [".EX", "routerctl links \\-\\-jsn | jq \\(aq.[]\\(aq", ".EE", "routerctl is spoken of", ".B routerctl chek", ".I FILE"];
        Assert.Equal(["page.8:2", "page.8:5"], ShownCommands.InManual("page.8", lines).Where(command => Complaint(command) is not null).Select(command => command.Place));
    }

    // A sentence may name a verb without what it needs; what is typed must be whole.
    private static string? Complaint(ShownCommand command)
    {
        string[] words = command.Plain();
        if (command.Program == "routerctl")
        {
            if (!command.IsTyped && Examples.All.ContainsKey(string.Join(' ', words))) return null;
            ParseResult parsed = CommandLine.Build().Parse(words);
            return parsed.Errors.Count == 0 ? null : $"{command}: {parsed.Errors[0].Message}";
        }
        if (command.Program == "routerd") return Router.Daemon.CommandLine.TryRead(words, out _, out string complaint) ? null : $"{command}: {complaint}";
        return words.Where((word, i) => i % 2 == 0 && word is not ("--socket" or "--state")).Any() ? $"{command}: not understood" : null;
    }
}
