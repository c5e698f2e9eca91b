using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Router.Web.Serving;

namespace Router.Web.Dashboard;

/// <summary>
/// The dashboard's files that are the same for everybody: scripts, style, and the charts of somebody else (vendor/README.md), all of them in this
/// program. A browser asks each time whether it has the right one, by the ETag (RFC 9110 8.8.3), so that page and scripts are of one release.
/// </summary>
internal static class Assets
{
    private const string Below = "/dashboard/";
    private const string Script = "text/javascript; charset=utf-8";
    private const string Style = "text/css; charset=utf-8";

    private static readonly FrozenDictionary<string, (byte[] Octets, string Type, string Tag)> s_files = new[]
    {
        Load("uPlot.iife.min.js", Script), Load("uPlot.min.css", Style), Load("dashboard.css", Style), Load("app.js", Script), Load("acts.js", Script), Load("charts.js", Script),
        Load("dom.js", Script), Load("format.js", Script), Load("links.js", Script), Load("lists.js", Script), Load("tables.js", Script),
    }.ToFrozenDictionary(file => Below + file.Name, file => (file.Octets, file.Type, file.Tag));

    public static bool Has(string path) => s_files.ContainsKey(path);

    public static Task AnswerAsync(HttpContext context, string path)
    {
        (byte[] octets, string type, string tag) = s_files[path];
        context.Response.Headers.ETag = tag;
        bool isKnown = context.Request.Headers.IfNoneMatch == tag;
        return Answer.AssetAsync(context, isKnown ? [] : octets, type, isKnown ? StatusCodes.Status304NotModified : StatusCodes.Status200OK);
    }

    /// <summary>A file of this program.</summary>
    public static byte[] Read(string name)
    {
        using Stream stream = typeof(Assets).Assembly.GetManifestResourceStream("dashboard/" + name)!;
        byte[] octets = new byte[stream.Length];
        stream.ReadExactly(octets);
        return octets;
    }

    private static (string Name, byte[] Octets, string Type, string Tag) Load(string name, string type)
    {
        byte[] octets = Read(name);
        return (name, octets, type, $"\"{Convert.ToHexString(SHA256.HashData(octets).AsSpan(0, 12))}\"");
    }
}
