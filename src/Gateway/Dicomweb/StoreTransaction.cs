using Microsoft.AspNetCore.WebUtilities;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Datasets.Masks;
using Scanlock.Gateway.Datasets.Uploads;
using Scanlock.IntakeWorkers;

namespace Scanlock.Gateway.Dicomweb;

/// <summary>
/// Takes in the parts of one store request, one after the other as they arrive; requests run side by side. Nothing of the body is
/// kept. What was taken in stays, whatever becomes of the rest: sending all of it again is success without doubling.
/// </summary>
internal sealed class StoreTransaction(RollingSessions sessions, UploadTokens tokens, ObjectIntake intake)
{
    /// <summary>What a sender can make the gateway remember for the answer.</summary>
    public const int MostParts = 50_000;
    private const int BufferBytes = 64 << 10;
    private const int MostHeaders = 16;
    private const int LongestHeaders = 8 << 10;

    /// <summary>What is read of a part that the intake has refused long before.</summary>
    private const long LongestPart = 16L << 30;

    /// <summary>In place of the ordinal of an object that got none.</summary>
    private const int Unnumbered = -1;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <returns>A report of every part; a refusal where no worker became free for the first, so that nothing was done.</returns>
    public async Task<Outcome<StoreReport>> TakeAsync(
        Sender sender, string? study, AskedMasks masks, string boundary, Stream body, CancellationToken cancellationToken)
    {
        var reader = new MultipartReader(boundary, body, BufferBytes) { HeadersCountLimit = MostHeaders, HeadersLengthLimit = LongestHeaders, BodyLengthLimit = LongestPart };
        var parts = new List<StoredPart>();
        var isBusy = false;
        while (true)
        {
            var (section, isBroken) = await NextAsync(reader, cancellationToken);
            if (section is null)
            {
                return new StoreReport(parts, isBroken ? FailureReasons.CannotUnderstand : null);
            }

            if (parts.Count == MostParts)
            {
                return new StoreReport(parts, FailureReasons.OutOfResources);
            }

            if (await TakeAsync(sender, study, masks, section.Body, isBusy, cancellationToken) is not { } part)
            {
                return new StoreReport(parts, FailureReasons.CannotUnderstand);
            }

            isBusy = part.Outcome.Code == FailureReasons.BusyCode;
            if (isBusy && parts.Count == 0)
            {
                return new Refusal.Busy(part.Outcome.Reason!);
            }

            parts.Add(part);
        }
    }

    private static async Task<(MultipartSection? Section, bool IsBroken)> NextAsync(MultipartReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return (await reader.ReadNextSectionAsync(cancellationToken), false);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            // Not multipart, cut off, or headers without bound: there is no telling where another part would begin.
            return (null, true);
        }
    }

    /// <summary>What became of the part; null where it could not be read to its end, and is lost.</summary>
    private async Task<StoredPart?> TakeAsync(
        Sender sender, string? study, AskedMasks masks, Stream part, bool isBusy, CancellationToken cancellationToken)
    {
        await using var body = await PartBody.OpenAsync(part, s_patience, cancellationToken);
        if (body is null)
        {
            return null;
        }

        try
        {
            // One wait in vain is enough: the others of the request are only named.
            return isBusy
                ? NotTaken(body, Unnumbered, FailureReasons.BusyCode, ObjectIntake.Busy.Sentence)
                : await TakeAsync(sender, study, masks, body, cancellationToken);
        }
        catch (BrokenPartException)
        {
            return null;
        }
    }

    private async Task<StoredPart> TakeAsync(Sender sender, string? study, AskedMasks masks, PartBody body, CancellationToken cancellationToken)
    {
        if (sender.Token is { } token && !tokens.IsStillUsable(token))
        {
            return NotTaken(body, Unnumbered, FailureReasons.NotAuthorizedCode, "The upload token was revoked or has expired.");
        }

        var begun = await sessions.BeginAsync(sender, cancellationToken);
        if (begun.IsRefused)
        {
            return NotTaken(body, Unnumbered, FailureReasons.ConflictCode, begun.Refusal.Sentence);
        }

        using var underWay = begun.Value;
        var origin = new ObjectOrigin(sender.Dataset, sender.Actor, IsLong: !await body.HoldAsync(cancellationToken));
        var taken = await intake.TakeAsync(origin, underWay.Session, underWay.Ordinal, body, study, masks, cancellationToken);
        return taken.IsRefused
            ? NotTaken(
                body, underWay.Ordinal, taken.Refusal is Refusal.Busy ? FailureReasons.BusyCode : FailureReasons.ConflictCode, taken.Refusal.Sentence)
            : new(SopReference.Of(taken.Value.Head) ?? body.Sop, taken.Value.Outcome with { Upload = underWay.Session });
    }

    private static StoredPart NotTaken(PartBody body, int ordinal, string code, string sentence) =>
        new(body.Sop, new(ordinal, UploadOutcomes.Refused, code, sentence));
}
