using System.Security.Cryptography;
using System.Text;
using Scanlock.Contracts;
using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Jobs;
using Scanlock.Trainer.Output;

namespace Scanlock.Trainer.Training.Checkpoints;

/// <summary>
/// The latest state of a training on disk: one safetensors file with every tensor of the <see cref="TrainingState"/>, a
/// <see cref="CheckpointHeader"/> as its metadata, and last the digest of both. It is replaced whole or not at all, so a writing that was
/// interrupted leaves the one before; and nothing of it is taken over unless its digest is right.
/// </summary>
internal sealed class Checkpoint(string folder, CheckpointOrigin origin)
{
    internal const string FileName = "checkpoint.safetensors";

    private const string HeaderName = "header";

    /// <summary>One byte wide, so that the canonical order puts it behind every other tensor.</summary>
    private static readonly SafetensorsTensor s_digest = new("sha256", SafetensorsType.U8, [SHA256.HashSizeInBytes]);

    private static readonly SafetensorsLimits s_limits = new(HeaderBytes: 64 << 20, Tensors: 100_000, DataBytes: 1L << 40);

    private readonly string _path = Path.Combine(folder, FileName);

    /// <summary>Whether there is one to go on from, or to say what is wrong with it.</summary>
    internal bool Exists => File.Exists(_path);

    /// <summary>Null where the call asks for none.</summary>
    internal static async Task<Checkpoint?> OfAsync(CommandLine call, TrialPlan plan, Device device, CancellationToken cancellationToken) =>
        call.Checkpoint is { } folder ? new Checkpoint(folder, await CheckpointOrigin.OfAsync(call.Data, plan, device, cancellationToken)) : null;

    internal Task SaveAsync(TrainingState state, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        return AtomicFile.WriteAsync(_path, (stream, token) => WriteAsync(state, stream, token), cancellationToken);
    }

    /// <summary>Brings a new state to where the checkpoint was, and says how many epochs that is; 0 where there is none.</summary>
    internal async Task<Result<int>> RestoreAsync(TrainingState state, CancellationToken cancellationToken)
    {
        if (!Exists)
        {
            return new Result<int>.Ok(0);
        }

        try
        {
            await using var stream = File.OpenRead(_path);
            return await FaultAsync(stream, cancellationToken) is { } fault ? Refused(fault) : await ReadAsync(state, stream, cancellationToken);
        }
        catch (WireFormatException e)
        {
            return Refused($"is damaged: {e.Message}");
        }
    }

    private async Task WriteAsync(TrainingState state, Stream stream, CancellationToken cancellationToken)
    {
        var header = Wire.Write(new CheckpointHeader(Wire.Version, origin, state.Before, state.Epochs), CheckpointJson.Default.CheckpointHeader);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal) { [HeaderName] = Encoding.UTF8.GetString(header) };
        var tensors = state.Tensors();
        var writer = await SafetensorsWriter.CreateAsync(stream, [.. tensors.Select(Described), s_digest], metadata, cancellationToken);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        digest.AppendData(header);
        foreach (var described in writer.Tensors.Take(tensors.Count))
        {
            var bytes = Bytes(tensors[described.Name]);
            digest.AppendData(bytes);
            await writer.WriteAsync(bytes, cancellationToken);
        }

        await writer.WriteAsync(digest.GetHashAndReset(), cancellationToken);
        await writer.EndAsync(cancellationToken);
    }

    private async Task<Result<int>> ReadAsync(TrainingState state, Stream stream, CancellationToken cancellationToken)
    {
        stream.Position = 0;
        var reader = await SafetensorsReader.OpenAsync(stream, s_limits, cancellationToken);
        var header = Wire.Read(Encoding.UTF8.GetBytes(reader.Metadata[HeaderName]), CheckpointJson.Default.CheckpointHeader);
        if (header.Origin.Difference(origin) is { } difference)
        {
            return Refused($"is of another {difference} than this job");
        }

        state.Before = header.Before;
        state.Resume(header.Epochs);
        var tensors = state.Tensors();
        if (!SafetensorsWriter.Order([.. tensors.Select(Described), s_digest]).Select(Text).SequenceEqual(reader.Tensors.Select(Text), StringComparer.Ordinal))
        {
            return Refused("does not have the tensors of this training");
        }

        foreach (var described in reader.Tensors.Take(tensors.Count))
        {
            var content = new byte[described.Bytes];
            await reader.ReadAsync(content, cancellationToken);
            Fill(tensors[described.Name], content);
        }

        return new Result<int>.Ok(header.Epochs.Count);
    }

    /// <summary>Why the file is not what was written, found in a reading of its own; null where it is.</summary>
    private static async Task<string?> FaultAsync(Stream stream, CancellationToken cancellationToken)
    {
        var reader = await SafetensorsReader.OpenAsync(stream, s_limits, cancellationToken);
        if (!reader.Metadata.TryGetValue(HeaderName, out var header) || reader.Tensors.Count == 0 || Text(reader.Tensors[^1]) != Text(s_digest))
        {
            return "is none: it is a safetensors file of another kind";
        }

        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        digest.AppendData(Encoding.UTF8.GetBytes(header));
        var buffer = new byte[1 << 20];
        for (var left = reader.DataBytes - SHA256.HashSizeInBytes; left > 0;)
        {
            var part = buffer.AsMemory(0, (int)Math.Min(left, buffer.Length));
            await reader.ReadAsync(part, cancellationToken);
            digest.AppendData(part.Span);
            left -= part.Length;
        }

        var said = new byte[SHA256.HashSizeInBytes];
        await reader.ReadAsync(said, cancellationToken);
        await reader.EndAsync(cancellationToken);
        return said.AsSpan().SequenceEqual(digest.GetHashAndReset()) ? null : "is damaged: its content has another digest than it says";
    }

    private static string Text(SafetensorsTensor tensor) => $"{tensor.Name} {tensor.Type} {string.Join('x', tensor.Shape)}";

    private static SafetensorsTensor Described(KeyValuePair<string, Tensor> tensor) => new(
        tensor.Key,
        tensor.Value.dtype switch
        {
            ScalarType.Float32 => SafetensorsType.F32,
            ScalarType.Int64 => SafetensorsType.I64,
            var other => throw new NotSupportedException($"a training holds {other}"),
        },
        tensor.Value.shape);

    private static byte[] Bytes(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().cpu().contiguous().bytes.ToArray();
    }

    private static void Fill(Tensor tensor, byte[] content)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var read = empty(tensor.shape, tensor.dtype);
        content.CopyTo(read.bytes);
        tensor.copy_(read);
    }

    private static Result<int>.Refused Refused(string reason) =>
        new(JobFailures.BadData, $"checkpoint: {FileName} {reason}; take it away to train from the beginning");
}
