using System.Buffers;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Trials;

namespace Scanlock.Egress;

/// <summary>What becomes of a model at the gate.</summary>
public abstract record ModelVerdict
{
    private ModelVerdict()
    {
    }

    /// <summary>What was written is the model, anew and whole.</summary>
    /// <param name="Bytes">Bytes written.</param>
    /// <param name="Parameters">Numbers that training changed.</param>
    /// <param name="Checks">What it was checked for, a sentence each. No list of checks says that a model is safe.</param>
    public sealed record Accepted(long Bytes, long Parameters, string Precision, IReadOnlyList<string> Checks) : ModelVerdict;

    /// <summary>What was written, if anything, must be thrown away. The reasons quote nothing of the file.</summary>
    public sealed record Refused(IReadOnlyList<Reason> Reasons) : ModelVerdict;
}

/// <summary>
/// The gate that a model leaves through (P6): (1) the header is parsed strictly and held against the network's own list of tensors, before
/// any data is read; (2) a new file is begun, of that list and nothing else; (3) data goes through a bounded buffer, number by number
/// checked to be finite and no finer than the policy's precision, and is written anew; (4) anything after the data refuses the whole.
/// No byte of the input reaches the output except as a number that was looked at.
/// </summary>
public static class ModelGate
{
    private const int BufferBytes = 64 * 1024;
    private const int MostReasons = 20;

    /// <param name="steps">Steps of the training, by its metrics: what the network's own counters must say. Null where there are none.</param>
    public static Task<ModelVerdict> PassAsync(Stream model, Stream output, GateRules rules, long? steps, CancellationToken cancellationToken) =>
        PassAsync(model, output, rules.ForModel(steps), cancellationToken);

    public static async Task<ModelVerdict> PassAsync(Stream model, Stream output, ModelRules rules, CancellationToken cancellationToken)
    {
        try
        {
            var limits = new SafetensorsLimits(HeaderBytes: 1 << 20, Tensors: 10_000, DataBytes: checked(2 * rules.MaxBytes));
            var reader = await SafetensorsReader.OpenAsync(model, limits, cancellationToken);
            var header = ModelHeader.Check(reader, rules);
            if (header.Reasons.Count > 0)
            {
                return new ModelVerdict.Refused([.. header.Reasons.Take(MostReasons)]);
            }

            var faults = await RewriteAsync(reader, output, header, rules, cancellationToken);
            await reader.EndAsync(cancellationToken);
            return faults.Count > 0
                ? new ModelVerdict.Refused([.. faults.Take(MostReasons)])
                : new ModelVerdict.Accepted(header.OutputBytes, header.Parameters, rules.Precision, Checks(rules, header));
        }
        catch (WireFormatException malformed)
        {
            return new ModelVerdict.Refused([Because.Refused($"the model is not a strict safetensors file: {malformed.Message}")]);
        }
    }

    private static async Task<List<Reason>> RewriteAsync(
        SafetensorsReader reader, Stream output, ModelHeader header, ModelRules rules, CancellationToken cancellationToken)
    {
        var writer = await SafetensorsWriter.CreateAsync(output, header.Output, rules.Provenance, cancellationToken);
        var faults = new List<Reason>();
        var counters = new CounterCheck(rules.Steps);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            for (var index = 0; index < header.Output.Count; index++)
            {
                var check = NumberCheck.For(reader.Tensors[index], header.Output[index], counters);
                for (var left = reader.Tensors[index].Bytes; left > 0;)
                {
                    var chunk = buffer.AsMemory(0, (int)Math.Min(left, BufferBytes));
                    await reader.ReadAsync(chunk, cancellationToken);
                    left -= chunk.Length;
                    await writer.WriteAsync(chunk[..check.Rewrite(chunk.Span)], cancellationToken);
                }

                faults.AddRange(check.Faults());
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }

        await writer.EndAsync(cancellationToken);
        return [.. faults, .. counters.Faults()];
    }

    private static IReadOnlyList<string> Checks(ModelRules rules, ModelHeader header) =>
    [
        $"checked for being the {header.Output.Count} tensors of {rules.Network}, by name, shape and type, and nothing else",
        $"checked for at most {rules.MaxBytes} bytes: {header.OutputBytes}",
        $"checked for at most {rules.MaxParameters} parameters: {header.Parameters}",
        "checked for numbers that are not finite",
        rules.Precision == TrainerJob.Bf16
            ? "checked for numbers finer than bf16, eight bits of significand"
            : $"checked for numbers in {rules.Precision}",
        "checked for counters that do not agree, metadata of its own, and bytes outside the tensors",
        "written anew in canonical safetensors, negative zeros as zeros",
    ];
}
