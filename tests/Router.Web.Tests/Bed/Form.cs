using System.Net;
using System.Text.RegularExpressions;

namespace Router.Web.Tests.Bed;

/// <summary>A form on a page, as a browser without scripts reads it.</summary>
internal static partial class Form
{
    /// <summary>The hidden fields of the first form that is sent to a path.</summary>
    public static Dictionary<string, string> Hidden(string page, string action)
    {
        int start = page.IndexOf($"action=\"{action}\"", StringComparison.Ordinal);
        Assert.True(start >= 0, $"no form for {action} in:\n{page}");
        string form = page[start..page.IndexOf("</form>", start, StringComparison.Ordinal)];
        return HiddenField().Matches(form).ToDictionary(field => field.Groups[1].Value, field => WebUtility.HtmlDecode(field.Groups[2].Value));
    }

    /// <summary>Opens a page, fills its form, and sends it.</summary>
    public static async Task<HttpResponseMessage> FillAsync(HttpClient device, string page, string action, params (string Name, string Value)[] fields)
    {
        string text = await device.GetStringAsync(page, TestContext.Current.CancellationToken);
        Dictionary<string, string> all = Hidden(text, action);
        foreach ((string name, string value) in fields) all[name] = value;
        return await device.PostAsync(action, new FormUrlEncodedContent(all), TestContext.Current.CancellationToken);
    }

    public static Task<HttpResponseMessage> LogInAsync(HttpClient device, string user, string password, string page = "/login") =>
        FillAsync(device, page, "/login", ("user", user), ("password", password));

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\">")]
    private static partial Regex HiddenField();
}
