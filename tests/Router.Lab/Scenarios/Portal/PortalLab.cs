using System.Net;
using System.Text.RegularExpressions;

using Router.Lab.Bed;
using Router.Lab.Kernel;
using Router.Lab.Routers;
using Router.Lab.Scenarios.People;

namespace Router.Lab.Scenarios.Portal;

/// <summary>router-web beside routerd, and curl in the place of browsers, without scripts.</summary>
public abstract partial class PortalLab : PeopleLab
{
    private readonly BackgroundProgram _web;

    /// <param name="rules">As <see cref="PeopleLab"/> takes them, and what follows.</param>
    /// <param name="more">Further sections of the configuration.</param>
    /// <param name="furnish">As <see cref="PeopleLab"/> takes it.</param>
    private protected PortalLab(string rules, string users, string guest = "", string more = "", Action<Topology>? furnish = null)
        : base(rules, users, guest, furnish: furnish)
    {
        File.AppendAllText(Router.ConfigurationFile, more);
        Router.Start();
        string socket = Path.Combine(Path.GetDirectoryName(Router.ControlSocket)!, "portal.sock");
        _web = Lab.Router.Start(Programs.RouterWeb, "--socket", socket, "--state", Lab.Directory);
        _web.WaitToSay("the portal answers", Soon);
    }

    public override void Dispose()
    {
        _web.Dispose();
        base.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>One request with the cookies of those before it; the certificate is the box's own.</summary>
    private protected Outcome Ask(NetworkNamespace from, params string[] words)
    {
        string jar = Path.Combine(Lab.Directory, $"{from.Name}.cookies");
        return from.Run("curl", ["-sS", "-k", "-m", "10", "-b", jar, "-c", jar, .. words]);
    }

    /// <summary>The page's hidden fields and what is typed, as curl sends a form.</summary>
    private protected static string[] Fields(string page, params (string Name, string Value)[] typed)
    {
        IEnumerable<(string Name, string Value)> hidden = Hidden().Matches(page).Select(field => (field.Groups[1].Value, WebUtility.HtmlDecode(field.Groups[2].Value)));
        return [.. hidden.DistinctBy(field => field.Name).Concat(typed).SelectMany(field => new[] { "--data-urlencode", $"{field.Name}={field.Value}" })];
    }

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\">")]
    private static partial Regex Hidden();

    /// <summary>Where an answer leads, by its headers.</summary>
    private protected static string Location(string headers) => Where().Match(headers).Groups[1].Value;

    [GeneratedRegex("^location: (\\S*)", RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex Where();
}
