using Microsoft.AspNetCore.Http;
using Router.Api.Web;
using Router.Web.Checking;
using Router.Web.Daemon;
using Router.Web.Pages;
using Router.Web.Sessions;
using Router.Web.Words;

namespace Router.Web.Serving;

/// <summary>
/// From a name and a password to an open gate:
///
///     form's token -> throttle -> local account | directory -> routerd (places, limits) -> session -> the page that was wanted
///
/// Every way out but the last shows the form again with a sentence, and is told to routerd, which writes it in its journal.
/// </summary>
internal sealed class Logins(RouterClient router, Seal seal, SessionTable sessions, PasswordCheck passwords, Throttle throttle, TimeProvider time)
{
    public Task ShowAsync(Visit visit, string? wanted) =>
        Answer.PageAsync(visit.Context, LoginPage.Write(visit, Forms.Token(seal, visit), wanted));

    public async Task PostAsync(Visit visit)
    {
        IFormCollection? form = await Forms.ReadAsync(seal, visit);
        var who = new Credentials((form?["user"].ToString() ?? "").Trim(), form?["password"].ToString() ?? "");
        string? wanted = form?["to"];
        if (form is null) await AgainAsync(visit, null, "", visit.Words[Say.FormOld], StatusCodes.Status403Forbidden);
        else if (visit.Visitor.Zone is null) await AgainAsync(visit, wanted, who.User, visit.Words[Say.LoginNotLocal], StatusCodes.Status403Forbidden);
        else if (!who.CanBe) await RefuseAsync(visit, wanted, who, Say.LoginWrong, StatusCodes.Status403Forbidden, "wrong name or password");
        else await CheckAsync(visit, who, wanted);
    }

    private async Task CheckAsync(Visit visit, Credentials who, string? wanted)
    {
        TimeSpan wait = throttle.Begin(visit.Device, who.User, visit.Visitor.IsTrusted, time.GetUtcNow());
        if (wait > TimeSpan.Zero)
        {
            visit.Context.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
            await router.FailedAsync(Failure(visit, who, "too many attempts failed before"));
            await AgainAsync(visit, wanted, who.User, visit.Words.With(Say.LoginWait, visit.Words.Wait(wait)), StatusCodes.Status429TooManyRequests);
            return;
        }
        Check? check = null;
        try
        {
            check = await passwords.LookAsync(visit.Settings, who);
        }
        finally
        {
            throttle.End(visit.Device, who.User, check?.Finding switch { Finding.Right => true, Finding.Wrong => false, _ => null }, time.GetUtcNow());
        }
        await (check.Finding switch
        {
            Finding.Right => EnterAsync(visit, check, wanted),
            Finding.Busy => RefuseAsync(visit, wanted, who, Say.LoginBusy, StatusCodes.Status503ServiceUnavailable, check.Why),
            Finding.Silent => RefuseAsync(visit, wanted, who, Say.LoginNoDirectory, StatusCodes.Status503ServiceUnavailable, $"the directory does not answer: {check.Why}"),
            Finding.Wrong or Finding.Unknown => RefuseAsync(visit, wanted, who, Say.LoginWrong, StatusCodes.Status403Forbidden, "wrong name or password"),
        });
    }

    private async Task EnterAsync(Visit visit, Check who, string? wanted)
    {
        Outcome outcome = await router.LoginAsync(new LoginOrder
        {
            Address = visit.Address, User = who.User, Groups = who.Groups, IsFromDirectory = who.IsFromDirectory, IsAdministrator = who.IsAdministrator,
        });
        if (!outcome.Done)
        {
            await AgainAsync(visit, wanted, who.User, Reason(visit.Words, outcome), StatusCodes.Status403Forbidden);
            return;
        }
        Visitor after = await router.LookAsync(System.Net.IPAddress.Parse(visit.Address));
        sessions.End(visit.SessionSecret);
        visit.KeepSession(sessions.Begin(new Session(after.User ?? who.User, after.Mac, after.Address, visit.Now)));
        await Answer.GoAsync(visit.Context, wanted is null ? "/" : wanted == WantedPage.Dashboard ? "/dashboard" : $"/?to={Uri.EscapeDataString(wanted)}");
    }

    /// <summary>Lets a guest in, as often as his device may try; null, and how long to wait, if it is too early.</summary>
    public async Task<(TimeSpan Wait, Outcome? Outcome)> WelcomeAsync(Visit visit, string? password)
    {
        const string Guests = "guests";
        // The password is everybody's, so only devices are held back for wrong ones: trusted, as far as the account goes.
        TimeSpan wait = throttle.Begin($"{visit.Device} guest", $"{Guests} {visit.Device}", isTrusted: true, time.GetUtcNow());
        if (wait > TimeSpan.Zero) return (wait, null);
        Outcome? outcome = null;
        try
        {
            outcome = await router.WelcomeAsync(new WelcomeOrder { Address = visit.Address, Password = password is { Length: <= Credentials.Most } ? password : null });
            return (wait, outcome);
        }
        finally
        {
            throttle.End($"{visit.Device} guest", $"{Guests} {visit.Device}", outcome is null or { Done: false, Refusal: not "wrong-password" } ? null : outcome.Done, time.GetUtcNow());
        }
    }

    private static string Reason(Lexicon words, Outcome outcome) => outcome.Refusal switch
    {
        "no-seat" => words[Say.LoginNoSeat],
        "max-devices" => words[Say.LoginMaxDevices],
        "not-local" => words[Say.LoginNotLocal],
        _ => words[Say.LoginRefused],
    };

    private async Task RefuseAsync(Visit visit, string? wanted, Credentials who, Say what, int status, string why)
    {
        await router.FailedAsync(Failure(visit, who, why));
        await AgainAsync(visit, wanted, who.User, visit.Words[what], status);
    }

    private static FailedLogin Failure(Visit visit, Credentials who, string why) => new()
    {
        Address = visit.Address, User = who.User.Length > Credentials.Most ? who.User[..Credentials.Most] : who.User, Why = why.Length > Credentials.Most ? why[..Credentials.Most] : why,
    };

    private Task AgainAsync(Visit visit, string? wanted, string user, string complaint, int status) =>
        Answer.PageAsync(visit.Context, LoginPage.Write(visit, Forms.Token(seal, visit), wanted, complaint, user), status);
}
