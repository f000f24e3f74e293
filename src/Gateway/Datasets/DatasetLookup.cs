using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Storage;

namespace Scanlock.Gateway.Datasets;

/// <summary>Finds datasets, and says who may manage one: the stewards of the organisation its policy names.</summary>
internal static class DatasetLookup
{
    public static async Task<Outcome<DatasetRow>> FindAsync(this GatewayDb db, string name, CancellationToken cancellationToken) =>
        await db.Datasets.SingleOrDefaultAsync(dataset => dataset.Name == name, cancellationToken) is { } found
            ? found
            : NoSuch(name);

    public static Refusal.Unknown NoSuch(string name) => new($"This gateway has no dataset '{Shown(name)}'.");

    /// <summary>The dataset, if this steward answers for it and it was not withdrawn.</summary>
    public static async Task<Outcome<DatasetRow>> FindManagedAsync(this GatewayDb db, string name, Person steward, CancellationToken cancellationToken)
    {
        var found = await db.FindAsync(name, cancellationToken);
        if (found.IsRefused)
        {
            return found;
        }

        if (found.Value.Steward != steward.Organisation)
        {
            var sentence = $"The dataset '{name}' is in the care of '{found.Value.Steward}', and you are of '{steward.Organisation}'.";
            return new Refusal.Denied(sentence, [new Reason("steward", 0, "deny", sentence)]);
        }

        return found.Value.State == DatasetStates.Withdrawn ? new Refusal.Conflict($"The dataset '{name}' was withdrawn.") : found;
    }

    /// <summary>A stranger's text, short and on one line.</summary>
    public static string Shown(string text, int most = 64)
    {
        var line = string.Concat(text.Take(most).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
        return text.Length > most ? line + "..." : line;
    }
}
