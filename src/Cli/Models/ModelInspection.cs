using System.Security.Cryptography;
using Scanlock.Contracts;
using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Trials;
using Scanlock.Egress;

namespace Scanlock.Cli.Models;

/// <summary>What a model file holds and how it fares at the gate.</summary>
/// <param name="Digest">SHA-256 of the file as it is.</param>
/// <param name="Network">The network it was held against; null when it has the tensors of none.</param>
/// <param name="Parameters">Numbers that training changes, where the network is known; all numbers else.</param>
/// <param name="Canonical">True when the gate would write the very same bytes; null when it would write none.</param>
internal sealed record ModelInspection(
    string Path,
    long Bytes,
    Sha256Digest Digest,
    string? Network,
    string Precision,
    long Parameters,
    IReadOnlyList<SafetensorsTensor> Tensors,
    IReadOnlyDictionary<string, string> Metadata,
    bool? Canonical,
    IReadOnlyList<string> Checks,
    IReadOnlyList<string> Problems)
{
    private const string GatewayMark = "scanlock.";

    /// <summary>What a file with the tensors of no network is held against, so that the gate says why it is none.</summary>
    private static readonly KnownNetwork s_any = new(TrialNetworks.Of("resnet18"), 1, 2);

    /// <exception cref="WireFormatException">The file is not strict safetensors.</exception>
    public static async Task<ModelInspection> ReadAsync(string path, string? network, string? precision, CancellationToken cancellationToken)
    {
        var (reader, bytes) = await HeaderAsync(path, cancellationToken);
        var known = Recognised(reader, network);
        var stated = precision ?? (reader.Tensors.Any(tensor => tensor.Type == SafetensorsType.BF16) ? TrainerJob.Bf16 : TrainerJob.F32);
        var (verdict, written) = await GateAsync(path, known ?? s_any, stated, bytes, reader.Metadata, cancellationToken);
        await using var whole = Open(path);
        var digest = await Sha256Digest.OfAsync(whole, cancellationToken);
        var accepted = verdict as ModelVerdict.Accepted;
        return new ModelInspection(
            path,
            bytes,
            digest,
            known?.Network.Name,
            stated,
            known is null ? reader.Tensors.Sum(tensor => tensor.Elements) : known.Parameters,
            reader.Tensors,
            reader.Metadata,
            accepted is null ? null : written == digest,
            accepted?.Checks ?? [],
            verdict is ModelVerdict.Refused refused ? [.. refused.Reasons.Select(reason => reason.Sentence)] : []);
    }

    private static async Task<(SafetensorsReader Reader, long Bytes)> HeaderAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = Open(path);
        return (await SafetensorsReader.OpenAsync(file, new SafetensorsLimits(DataBytes: long.MaxValue), cancellationToken), file.Length);
    }

    /// <summary>Through the gate, with nothing kept of what it writes but the digest. A gateway's own marks are no fault of the model.</summary>
    private static async Task<(ModelVerdict Verdict, Sha256Digest Written)> GateAsync(
        string path, KnownNetwork network, string precision, long bytes, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        using var hash = SHA256.Create();
        await using var file = Open(path);
        await using var output = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write);
        var rules = new ModelRules(network.Network.Name, network.Parameters, bytes, precision, Steps: null)
        {
            Channels = network.Channels,
            Outputs = network.Outputs,
            Provenance = metadata.Where(entry => entry.Key.StartsWith(GatewayMark, StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal),
        };
        var verdict = await ModelGate.PassAsync(file, output, rules, cancellationToken);
        await output.FlushFinalBlockAsync(cancellationToken);
        return (verdict, Sha256Digest.FromHash(hash.Hash));
    }

    /// <summary>The network that the file's tensors make, or the one that it is said to be: then as large as its tensors fit, if they do.</summary>
    private static KnownNetwork? Recognised(SafetensorsReader reader, string? said)
    {
        var shapes = reader.Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Shape, StringComparer.Ordinal);
        var candidates = said is null ? TrialNetworks.All : [TrialNetworks.Of(said)];
        var fitting = candidates.Select(network => (Network: network, Fit: network.Fit(shapes))).FirstOrDefault(found => found.Fit is not null);
        return fitting.Fit is var (channels, outputs)
            ? new KnownNetwork(fitting.Network, channels, outputs)
            : said is null ? null : new KnownNetwork(candidates[0], 1, candidates[0].UsualOutputs);
    }

    private sealed record KnownNetwork(TrialNetwork Network, long Channels, long Outputs)
    {
        public long Parameters => Network.Parameters(Channels, Outputs);
    }

    private static FileStream Open(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
}
