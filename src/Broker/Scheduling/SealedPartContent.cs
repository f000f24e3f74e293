using System.Net;
using System.Security.Cryptography;
using Scanlock.Broker.Sites;
using Scanlock.Contracts;
using Scanlock.Contracts.Agent;
using Scanlock.Contracts.Jobs;

namespace Scanlock.Broker.Scheduling;

/// <summary>
/// A sealed part of a result on its way from the site to the gateway, piece by piece and hashed in passing. It fails as a body that
/// breaks off; <see cref="Fault"/> then says why.
/// </summary>
internal sealed class SealedPartContent(SiteConnection connection, Sha256Digest job, string part, SealedPart stated) : HttpContent
{
    /// <summary>What kept the part from being read, or null.</summary>
    public PartFault? Fault { get; private set; }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long at = 0; at < stated.Bytes;)
        {
            var piece = await FetchAsync(at, cancellationToken);
            hash.AppendData(piece.Span);
            at += piece.Length;
            if (at == stated.Bytes && Sha256Digest.FromHash(hash.GetCurrentHash()) != stated.Ciphertext)
            {
                throw Broken(new PartFault.Damaged());
            }

            await stream.WriteAsync(piece, cancellationToken);
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = stated.Bytes;
        return true;
    }

    private async Task<ReadOnlyMemory<byte>> FetchAsync(long at, CancellationToken cancellationToken) =>
        await connection.AskAsync<Chunk>(new Fetch(job, part, at), cancellationToken) switch
        {
            SiteReply<Chunk>.Got(var chunk, { Length: > 0 } body) when chunk.Offset == at && chunk.Bytes == stated.Bytes && body.Length <= stated.Bytes - at => body,
            SiteReply<Chunk>.Got => throw Broken(new PartFault.Damaged()),
            SiteReply<Chunk>.Refused refused => throw Broken(new PartFault.SiteRefused(refused.Code, refused.Sentence)),
            SiteReply<Chunk>.Down down => throw Broken(new PartFault.SiteDown(down.Problem)),
            _ => throw new InvalidOperationException("No such reply."),
        };

    private IOException Broken(PartFault fault)
    {
        Fault = fault;
        return new IOException("The sealed part cannot be read to its end.");
    }
}

/// <summary>Why a sealed part could not be read.</summary>
internal abstract record PartFault
{
    private PartFault() { }

    /// <summary>It is not what the result bundle says.</summary>
    public sealed record Damaged : PartFault;

    public sealed record SiteRefused(string Code, string Sentence) : PartFault;

    public sealed record SiteDown(SiteProblem Problem) : PartFault;
}
