using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Router.Web.Sessions;

namespace Router.Web.Serving;

/// <summary>
/// A form that came back. It counts only with the token of a page that this browser was given (<see cref="Seal"/>), and not if the browser
/// itself says that another site sent it (Origin, Sec-Fetch-Site).
/// </summary>
internal static class Forms
{
    private const string Purpose = "form";

    private static readonly FormOptions Limits = new() { ValueCountLimit = 16, KeyLengthLimit = 32, ValueLengthLimit = 8192, BufferBody = false };

    /// <summary>The token for the forms of a page.</summary>
    public static string Token(Seal seal, Visit visit) => seal.Mark(Purpose, visit.Now, visit.Address, visit.FormNonce());

    /// <summary>The fields, if the form is this visitor's; null if it is not, or too old.</summary>
    /// <exception cref="BadHttpRequestException">It is too long.</exception>
    /// <exception cref="InvalidDataException">It has too many fields.</exception>
    public static async Task<IFormCollection?> ReadAsync(Seal seal, Visit visit)
    {
        HttpRequest request = visit.Context.Request;
        if (!request.HasFormContentType || IsForeign(request)) return null;
        IFormCollection form = await new FormFeature(request, Limits).ReadFormAsync(visit.Context.RequestAborted);
        return seal.Holds(form["form"], Purpose, visit.Now, visit.Address, visit.FormNonce()) ? form : null;
    }

    private static bool IsForeign(HttpRequest request)
    {
        string? origin = request.Headers.Origin, site = request.Headers["Sec-Fetch-Site"];
        bool isOther = !string.IsNullOrEmpty(origin) && !origin.Equals($"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
        return isOther || site is "cross-site" or "same-site";
    }
}
