using Router.Web.Words;

namespace Router.Web.Tests.Words;

public sealed class LibraryTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("router-words-");
    private readonly List<string> _complaints = [];

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData("en")]
    [InlineData("de")]
    public void A_built_in_language_says_everything_with_the_same_places(string tag)
    {
        Dictionary<Say, string> english = Library.BuiltIn("en"), texts = Library.BuiltIn(tag);
        foreach (Say say in Enum.GetValues<Say>())
        {
            Assert.True(texts.ContainsKey(say), $"{tag}.txt does not say {say}");
            Assert.Equal(english[say].Count(c => c == '{'), texts[say].Count(c => c == '{'));
        }
    }

    [Theory]
    [InlineData(null, "en")]
    [InlineData("", "en")]
    [InlineData("de", "de")]
    [InlineData("DE-ch", "de")]
    [InlineData("fr, de;q=0.3, en;q=0.9", "en")]
    [InlineData("de;q=0, en;q=0.1", "en")]
    [InlineData(";;;q=,,de;q=abc", "en")]
    public void A_visitor_is_spoken_to_in_what_he_likes_best(string? accept, string tag) =>
        Assert.Equal(tag, Library.Load(null, _complaints.Add).Choose(accept).Tag);

    [Fact]
    public void An_administrators_files_go_over_ours_and_add_languages()
    {
        File.WriteAllText(Path.Combine(_directory.FullName, "en.txt"), "LoginTitle: Who are you?\nNothing: x\nno colon\n");
        File.WriteAllText(Path.Combine(_directory.FullName, "fr.txt"), "LoginTitle: Connexion\n");
        File.WriteAllText(Path.Combine(_directory.FullName, "logo.svg"), "<svg/>");
        Library library = Library.Load(_directory.FullName, _complaints.Add);
        Assert.Equal("Who are you?", library.English[Say.LoginTitle]);
        Assert.Equal("Log in", library.English[Say.LoginButton]);
        Assert.Equal("Connexion", library.Choose("fr")[Say.LoginTitle]);
        Assert.Equal("Log in", library.Choose("fr")[Say.LoginButton]);
        Assert.Equal("image/svg+xml", library.Logo!.Value.Type);
        Assert.Equal([$"{_directory.FullName}/en.txt:2: no page says 'Nothing'", $"{_directory.FullName}/en.txt:3: it is to be NAME: TEXT"], _complaints);
    }
}
