using System.Text;
using Microsoft.AspNetCore.Http;
using Router.Api;
using Router.Daemon.Control;
using Router.Daemon.Steering;

namespace Router.Daemon.Changing;

/// <summary>
/// `rollback`: applies a kept configuration, as if its main file had been sent. Fragments are not written: whoever keeps them may have them under
/// version control or from another program. If those on the disk are others than those that were kept, the whole would be neither the one
/// configuration nor the other, so it is refused, with their names.
/// </summary>
internal sealed class Rollback(KeptConfigurations kept, Helm helm)
{
    /// <exception cref="RefusedRequest">It is not kept, damaged, or the fragments are others; nothing has changed.</exception>
    public ReloadReport Run(RollbackQuery query)
    {
        Kept found = Find(query.Number);
        Dictionary<string, string> then = found.Files.Skip(1).ToDictionary(file => file.Name, file => file.Text);
        Dictionary<string, string> now = (kept.OnDisk() ?? []).Skip(1).ToDictionary(file => file.Name, file => file.Text);
        string[] others = [.. then.Keys.Union(now.Keys).Where(name => then.GetValueOrDefault(name) != now.GetValueOrDefault(name)).Order(StringComparer.Ordinal)];
        if (others.Length > 0)
        {
            throw new RefusedRequest(StatusCodes.Status409Conflict,
                $"the fragments are others than in kept configuration {query.Number}, and a rollback does not write them: {string.Join(", ", others)}; put them right by hand (routerctl rollback {query.Number} --show prints what was kept), or use apply");
        }
        var change = new ApplyQuery { Confirm = query.Confirm, By = $"rollback to {query.Number}{(query.By is { } who ? $" by {who}" : "")}", Discard = query.Discard };
        return helm.ApplyAsync(Encoding.UTF8.GetBytes(found.Files[0].Text), change).GetAwaiter().GetResult();
    }

    /// <summary>The files of a kept configuration.</summary>
    /// <exception cref="RefusedRequest">It is not kept, or damaged.</exception>
    public IReadOnlyList<CheckedFile> Files(int number) => Find(number).Files;

    private Kept Find(int number) => kept.Find(number, out string? fault) is { Files.Count: > 0 } found ? found
        : throw new RefusedRequest(StatusCodes.Status409Conflict, $"{fault ?? "it has no files"}; routerctl rollback --list shows what there is");
}
