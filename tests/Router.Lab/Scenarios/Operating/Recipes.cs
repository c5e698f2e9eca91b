using Router.Lab.Bed;
using Router.Lab.Documents;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Operating;

/// <summary>The pages of docs/recipes and the tutorial, followed to the letter: their configurations, their commands, and what they say that these show.</summary>
public sealed class Recipes
{
    public static TheoryData<string> Pages =>
        [.. Directory.GetFiles(Path.Combine(Repository.Root, "docs", "recipes"), "*.md").Select(file => Path.GetFileNameWithoutExtension(file)!).Where(page => page != "README").Order(), "../tutorial"];

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_page_does_what_it_shows(string page)
    {
        Recipe recipe = Recipe.Read(Path.Combine(Repository.Root, "docs", "recipes", $"{page}.md"));
        using var bed = Topology.Raise();
        using var web = WebServer.Start(bed.Internet, bed.Directory);
        using var inside = WebServer.Start(bed.Hosts[0], bed.Directory);
        using var router = new RouterDaemon(bed);
        router.Write(recipe.Steps[0].Text);
        router.Start();
        using var shell = new RecipeShell(bed, router);
        string[] mistakes = [.. recipe.Steps.Select(shell.Follow).OfType<string>()];
        Assert.True(mistakes.Length == 0, string.Join('\n', mistakes));
    }
}
