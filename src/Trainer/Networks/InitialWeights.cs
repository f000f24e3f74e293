using Scanlock.Contracts;
using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Jobs;

namespace Scanlock.Trainer.Networks;

/// <summary>
/// Starts a network from a safetensors file in float32, float16 or bfloat16. Names and shapes must be the network's, with these exceptions:
/// (1) a last layer for another number of outputs is left as drawn; (2) a first layer for three channels is summed into one, which answers
/// to a grey image as the three did to its copies; (3) normalisation's counters of batches count this training's, so the file's are left out;
/// (4) FCN-8s takes VGG-16's, whose hidden layers become convolutions (Long et al., CVPR 2015, section 3.1).
/// </summary>
/// <param name="Fresh">Tensors that are as they were drawn, because the file has none for as many outputs.</param>
/// <param name="Summed">The first layer's weight was summed over three channels.</param>
internal sealed record InitialWeights(IReadOnlyList<string> Fresh, bool Summed)
{
    /// <summary>A refused network may be half loaded: it is of no more use.</summary>
    internal static async Task<Result<InitialWeights>> LoadAsync(Architecture network, string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            return Bad("the file is not there");
        }

        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous);
        try
        {
            var reader = await SafetensorsReader.OpenAsync(file, new SafetensorsLimits(), cancellationToken);
            var matching = new WeightsMatching(network);
            if (matching.Fault(reader.Tensors) is { } fault)
            {
                return Bad(fault);
            }

            foreach (var (source, place) in reader.Tensors.Zip(matching.Places))
            {
                var bytes = new byte[source.Bytes];
                await reader.ReadAsync(bytes, cancellationToken);
                if (place.Target is not null && !Put(source, bytes, place))
                {
                    return Bad($"the tensor {place.Name} holds numbers that are not finite");
                }
            }

            await reader.EndAsync(cancellationToken);
            return new Result<InitialWeights>.Ok(new InitialWeights(matching.Fresh, matching.Places.Any(place => place.Sums)));
        }
        catch (WireFormatException malformed)
        {
            return Bad(malformed.Message);
        }
    }

    /// <summary>False where a number is not finite.</summary>
    private static bool Put(SafetensorsTensor source, ReadOnlySpan<byte> bytes, WeightsPlace place)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var stored = empty([.. source.Shape], Type(source.Type));
        bytes.CopyTo(stored.bytes);
        var values = stored.to(ScalarType.Float32);
        var target = place.Target!;
        target.copy_((place.Sums ? values.sum([1], keepdim: true) : values).reshape(target.shape));
        return values.isfinite().all().ToBoolean();
    }

    private static ScalarType Type(SafetensorsType type) => type switch
    {
        SafetensorsType.F32 => ScalarType.Float32,
        SafetensorsType.F16 => ScalarType.Float16,
        SafetensorsType.BF16 => ScalarType.BFloat16,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    private static Result<InitialWeights>.Refused Bad(string sentence) => new(JobFailures.BadSpec, $"initial_weights: {sentence}");
}
