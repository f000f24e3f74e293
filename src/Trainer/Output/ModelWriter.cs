using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Training;
using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Output;

/// <summary>Writes a network's parameters and buffers under torchvision's names, in canonical safetensors.</summary>
internal static class ModelWriter
{
    internal static Task WriteAsync(Module<Tensor, Tensor> network, string precision, string folder, CancellationToken cancellationToken) =>
        AtomicFile.WriteAsync(
            Path.Combine(folder, TrainerJob.ModelFile),
            (stream, token) => WriteAsync(network, precision, stream, token),
            cancellationToken);

    private static async Task WriteAsync(
        Module<Tensor, Tensor> network, string precision, Stream stream, CancellationToken cancellationToken)
    {
        var floats = Rounding.Type(precision);
        var values = network.state_dict();
        var tensors = values.Select(v => new SafetensorsTensor(v.Key, Type(v.Value.dtype, floats), v.Value.shape));
        var writer = await SafetensorsWriter.CreateAsync(stream, tensors, cancellationToken);
        foreach (var tensor in writer.Tensors)
        {
            await writer.WriteAsync(Bytes(values[tensor.Name], floats), cancellationToken);
        }

        await writer.EndAsync(cancellationToken);
    }

    private static SafetensorsType Type(ScalarType stored, ScalarType floats) => (stored, floats) switch
    {
        (ScalarType.Int64, _) => SafetensorsType.I64,
        (ScalarType.Float32, ScalarType.BFloat16) => SafetensorsType.BF16,
        (ScalarType.Float32, ScalarType.Float32) => SafetensorsType.F32,
        _ => throw new NotSupportedException($"a network holds {stored}"),
    };

    private static byte[] Bytes(Tensor value, ScalarType floats)
    {
        using var scope = NewDisposeScope();
        var plain = value.detach().to(value.dtype == ScalarType.Float32 ? floats : value.dtype, CPU).contiguous();
        return plain.bytes.ToArray();
    }
}
