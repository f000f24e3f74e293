using System.Buffers;
using System.Security.Cryptography;
using Scanlock.Broker.Gateways;
using Scanlock.Broker.Sites;
using Scanlock.Contracts;
using Scanlock.Contracts.Agent;
using Scanlock.Contracts.Broker;
using Scanlock.Contracts.Datasets;

namespace Scanlock.Broker.Staging;

/// <summary>Sends parts over one connection, one after the other.</summary>
internal sealed class PartSender(GatewayClient gateways, StagingOrder order, SiteConnection connection, StagingTally tally)
{
    private const int PieceBytes = 4 << 20;
    private const int MaxAhead = 4;
    private const int MaxAttempts = 3;
    private long _sent;

    /// <summary>How one passage of a part ended.</summary>
    private abstract record Passage
    {
        public sealed record Arrived : Passage;

        /// <summary>The bytes are not the part: as the gateway served them, or only as they arrived.</summary>
        public sealed record Damaged(bool AtGateway) : Passage;

        /// <summary>The site's copy does not end where we thought.</summary>
        public sealed record Elsewhere : Passage;

        public sealed record Over(StagingEnd End) : Passage;
    }

    /// <summary>Null when the part is at the site, whole and checked there.</summary>
    /// <param name="have">Bytes of it that are there already.</param>
    public async Task<StagingEnd?> SendAsync(ManifestPart part, long have, CancellationToken cancellationToken)
    {
        var damaged = 0;
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            _sent = 0;
            switch (await PassAsync(part, have < part.CiphertextBytes ? have : 0, cancellationToken))
            {
                case Passage.Arrived:
                    return null;
                case Passage.Over(var end):
                    return end;
                case Passage.Damaged { AtGateway: var atGateway } when ++damaged > 1:
                    return Damaged(part, atGateway);
                case Passage.Damaged or Passage.Elsewhere:
                    break;
            }

            tally.Revoke(_sent);
            var (offset, problem) = await RestartAsync(part, clean: damaged > 0, cancellationToken);
            if (problem is not null)
            {
                return problem;
            }

            have = offset;
        }

        return new StagingEnd.Trouble($"The site's copy of part '{part.Id}' keeps changing while it is staged.");
    }

    private StagingEnd.BrokenOff BrokenOff(ManifestPart part) => new(order.Gateway.Name, part.Id);

    private StagingEnd.Impossible Damaged(ManifestPart part, bool atGateway) => new(
        BrokerFailures.StagingDigestMismatch,
        atGateway
            ? $"The part '{part.Id}' is not what its manifest says: the gateway '{order.Gateway.Name}' serves other bytes."
            : $"The part '{part.Id}' arrives at the site with other bytes than were sent.");

    private async Task<Passage> PassAsync(ManifestPart part, long offset, CancellationToken cancellationToken)
    {
        var manifest = order.Manifest;
        switch (await gateways.PartAsync(order.Gateway, manifest.Dataset, manifest.Version, part.Id, order.Request, offset, cancellationToken))
        {
            case GatewayReply<GatewayDownload>.Got(var download):
                await using (download)
                {
                    return await PassAsync(part, offset, download, cancellationToken);
                }

            case GatewayReply<GatewayDownload>.Refused { Status: StatusCodes.Status403Forbidden } refused:
                return new Passage.Over(new StagingEnd.PermitRefused(refused.Explanation));
            case GatewayReply<GatewayDownload>.Refused refused:
                return new Passage.Over(new StagingEnd.Impossible(BrokerFailures.GatewayRefused, $"The gateway does not serve the part '{part.Id}': {refused.Explanation}"));
            case GatewayReply<GatewayDownload>.Unavailable unavailable:
                return new Passage.Over(new StagingEnd.Trouble(unavailable.Sentence));
            default:
                throw new InvalidOperationException("No such reply.");
        }
    }

    private async Task<Passage> PassAsync(ManifestPart part, long offset, GatewayDownload download, CancellationToken cancellationToken)
    {
        if (download.Offset > offset)
        {
            return new Passage.Over(new StagingEnd.Trouble($"The gateway '{order.Gateway.Name}' serves another range of part '{part.Id}' than was asked for."));
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        Queue<Task<SiteReply<Stored>>> ahead = new();
        try
        {
            for (var at = download.Offset; at < part.CiphertextBytes;)
            {
                // A server without ranges begins at 0; what the site has passes by, for the hash only.
                var want = at < offset ? offset - at : part.CiphertextBytes - at;
                var read = await download.ReadAsync(piece.AsMemory(0, (int)Math.Min(want, PieceBytes)), cancellationToken);
                if (read == 0)
                {
                    return await DrainAsync(ahead) ?? new Passage.Over(BrokenOff(part));
                }

                hash.AppendData(piece, 0, read);
                at += read;
                if (at == part.CiphertextBytes && download.Offset == 0 && Sha256Digest.FromHash(hash.GetCurrentHash()) != part.Ciphertext)
                {
                    return await DrainAsync(ahead) ?? new Passage.Damaged(AtGateway: true);
                }

                if (at <= offset)
                {
                    continue;
                }

                var put = new Put(part.Ciphertext, part.CiphertextBytes, at - read) { Body = read };
                ahead.Enqueue(await connection.BeginAsync<Stored>(put, piece.AsMemory(0, read), cancellationToken));
                if (ahead.Count >= MaxAhead && Judge(await ahead.Dequeue()) is { } wrong)
                {
                    await DrainAsync(ahead);
                    return wrong;
                }

                _sent += read;
                if (!await tally.AddAsync(read, cancellationToken))
                {
                    return await DrainAsync(ahead) ?? new Passage.Over(new StagingEnd.Stopped());
                }
            }

            return await DrainAsync(ahead) ?? new Passage.Arrived();
        }
        catch (IOException)
        {
            return await DrainAsync(ahead) ?? new Passage.Over(BrokenOff(part));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    /// <summary>Hears all answers that are still to come; the first that is not good, or null.</summary>
    private static async Task<Passage?> DrainAsync(Queue<Task<SiteReply<Stored>>> ahead)
    {
        Passage? wrong = null;
        while (ahead.TryDequeue(out var answer))
        {
            var judged = Judge(await answer);
            wrong ??= judged;
        }

        return wrong;
    }

    private static Passage? Judge(SiteReply<Stored> reply) => reply switch
    {
        SiteReply<Stored>.Got => null,
        SiteReply<Stored>.Refused { Code: AgentRefusals.DigestMismatch } => new Passage.Damaged(AtGateway: false),
        SiteReply<Stored>.Refused { Code: AgentRefusals.WrongOffset } => new Passage.Elsewhere(),
        SiteReply<Stored>.Refused refused => new Passage.Over(SiteRefusals.ToStagingEnd(refused.Code, refused.Sentence)),
        SiteReply<Stored>.Down down => new Passage.Over(new StagingEnd.SiteDown(down.Problem)),
        _ => throw new InvalidOperationException("No such reply."),
    };

    /// <summary>Where to go on from. A copy that cannot be gone on with, or must not, is dropped at the site first.</summary>
    private async Task<(long Offset, StagingEnd? Problem)> RestartAsync(ManifestPart part, bool clean, CancellationToken cancellationToken)
    {
        if (!clean)
        {
            var reply = await connection.AskAsync<Holdings>(new Have([part.Ciphertext]), cancellationToken);
            if (reply is not SiteReply<Holdings>.Got(var answer, _))
            {
                return (0, Explain(reply));
            }

            var held = answer.Items.FirstOrDefault(item => item.Digest == part.Ciphertext);
            if (held is null or { Complete: true } || held.Have < part.CiphertextBytes)
            {
                return (held?.Have ?? 0, null);
            }
        }

        return (0, Explain(await connection.AskAsync<Done>(new Discard([part.Ciphertext]), cancellationToken)));
    }

    private static StagingEnd? Explain<T>(SiteReply<T> reply)
        where T : AgentAnswer => reply switch
    {
        SiteReply<T>.Got => null,
        SiteReply<T>.Refused refused => SiteRefusals.ToStagingEnd(refused.Code, refused.Sentence),
        SiteReply<T>.Down down => new StagingEnd.SiteDown(down.Problem),
        _ => throw new InvalidOperationException("No such reply."),
    };
}
