using Microsoft.AspNetCore.Http;
using Router.Api;

namespace Router.Daemon.Control;

/// <summary>Reads the queries of requests that compare configurations or put one in force, as strictly as <see cref="Queries"/>.</summary>
internal static class ChangeQueries
{
    private const int MostKept = 1000, MostLetters = 64;

    /// <exception cref="RefusedRequest">A name or a value that is wrong.</exception>
    public static ApplyQuery Apply(IQueryCollection query)
    {
        Queries.AllowOnly(query, "confirm", "by", "discard");
        return new ApplyQuery { Confirm = Confirm(query), By = By(query), Discard = Queries.Text(query, "discard") is "yes" };
    }

    /// <exception cref="RefusedRequest">A name or a value that is wrong or missing.</exception>
    public static RollbackQuery Rollback(IQueryCollection query)
    {
        Queries.AllowOnly(query, "number", "confirm", "by", "discard");
        return new RollbackQuery { Number = NumberOf(query), Confirm = Confirm(query), By = By(query), Discard = Queries.Text(query, "discard") is "yes" };
    }

    /// <param name="query">As it was sent.</param>
    /// <param name="hasText">Whether a file comes with it.</param>
    /// <exception cref="RefusedRequest">A name or a value that is wrong, or both a file and a kept configuration.</exception>
    public static DiffQuery Diff(IQueryCollection query, bool hasText)
    {
        Queries.AllowOnly(query, "kept", "against");
        var diff = new DiffQuery { Kept = Queries.Number(query, "kept", 0, MostKept), Against = Queries.Number(query, "against", 0, MostKept) };
        return diff.Kept is null || !hasText ? diff
            : throw new RefusedRequest(StatusCodes.Status400BadRequest, "A file in the body and a kept configuration: which of the two is meant?");
    }

    /// <exception cref="RefusedRequest">No number, or a wrong one.</exception>
    public static int Number(IQueryCollection query)
    {
        Queries.AllowOnly(query, "number");
        return NumberOf(query);
    }

    private static int NumberOf(IQueryCollection query) => Queries.Number(query, "number", 0, MostKept) ?? throw Queries.Missing("number");

    private static TimeSpan? Confirm(IQueryCollection query) =>
        Queries.Number(query, "confirm", 1, ControlPath.MostConfirmSeconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    private static string? By(IQueryCollection query)
    {
        if (Queries.Text(query, "by") is not { } who) return null;
        if (who.Length <= MostLetters && !who.Any(char.IsControl)) return who;
        throw new RefusedRequest(StatusCodes.Status400BadRequest, $"'by' is a name of at most {MostLetters} letters.");
    }
}
