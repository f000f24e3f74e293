using Scanlock.Contracts.Access;
using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Trials;

namespace Scanlock.Egress;

/// <summary>A model's header, held against what its network consists of.</summary>
/// <param name="Output">The tensors as they will be written, in the order of both files.</param>
/// <param name="OutputBytes">Size of the file that will be written.</param>
internal sealed record ModelHeader(IReadOnlyList<SafetensorsTensor> Output, long OutputBytes, long Parameters, IReadOnlyList<Reason> Reasons)
{
    public static ModelHeader Check(SafetensorsReader model, ModelRules rules)
    {
        var reasons = new List<Reason>();
        var expected = TrialNetworks.Of(rules.Network).Tensors(rules.Channels, rules.Outputs);
        var floats = rules.Precision == TrainerJob.Bf16 ? SafetensorsType.BF16 : SafetensorsType.F32;
        CheckTensors(model.Tensors, expected, floats, rules.Network, reasons);
        // Besides what will be written anyway: the one entry that the format's own library writes, and that says nothing of the training.
        if (model.Metadata.Any(entry => entry is not { Key: "format", Value: "pt" } && !rules.Provenance.Contains(entry)))
        {
            reasons.Add(Because.Refused("the model carries metadata of its own; none may leave with it"));
        }

        var output = SafetensorsWriter.Order(expected.Select(tensor => new SafetensorsTensor(tensor.Name, TypeOf(tensor, floats), tensor.Shape)));
        var bytes = SafetensorsWriter.FileBytes(output, rules.Provenance);
        var parameters = TrialNetworks.Parameters(rules.Network, rules.Channels, rules.Outputs);
        var inOrder = output.Select(tensor => tensor.Name).SequenceEqual(model.Tensors.Select(tensor => tensor.Name), StringComparer.Ordinal);
        if (reasons.Count == 0 && !inOrder)
        {
            reasons.Add(Because.Refused("the model's tensors are not in canonical order"));
        }

        if (bytes > rules.MaxBytes)
        {
            reasons.Add(Because.Refused($"the model has {bytes} bytes, and at most {rules.MaxBytes} may leave"));
        }

        if (parameters > rules.MaxParameters)
        {
            reasons.Add(Because.Refused($"the network has {parameters} parameters, and the permit is for at most {rules.MaxParameters}"));
        }

        return new ModelHeader(output, bytes, parameters, reasons);
    }

    private static void CheckTensors(
        IReadOnlyList<SafetensorsTensor> given, IReadOnlyList<NetworkTensor> expected, SafetensorsType floats, string network, List<Reason> reasons)
    {
        var byName = given.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        foreach (var tensor in expected)
        {
            if (!byName.Remove(tensor.Name, out var found))
            {
                reasons.Add(Because.Refused($"the model lacks the tensor {tensor.Name} of {network}"));
            }
            else if (!found.Shape.SequenceEqual(tensor.Shape))
            {
                reasons.Add(Because.Refused($"the tensor {tensor.Name} has not the shape [{string.Join(", ", tensor.Shape)}] of {network}"));
            }
            else if (!Fits(found.Type, tensor, floats))
            {
                reasons.Add(Because.Refused($"the tensor {tensor.Name} is not of type {TypeOf(tensor, floats)}"));
            }
        }

        if (byName.Count > 0)
        {
            reasons.Add(Because.Refused($"the model has tensors that {network} does not have"));
        }
        else if (given.Where(tensor => tensor.Type != SafetensorsType.I64).Select(tensor => tensor.Type).Distinct().Count() > 1)
        {
            reasons.Add(Because.Refused("the model mixes types of numbers"));
        }
    }

    /// <summary>F32 is taken where bf16 is wanted, if every number of it turns out to be one of bf16: the same number, written shorter.</summary>
    private static bool Fits(SafetensorsType found, NetworkTensor tensor, SafetensorsType floats) =>
        found == TypeOf(tensor, floats) || (found == SafetensorsType.F32 && floats == SafetensorsType.BF16 && tensor.Role != TensorRole.Counter);

    private static SafetensorsType TypeOf(NetworkTensor tensor, SafetensorsType floats) =>
        tensor.Role == TensorRole.Counter ? SafetensorsType.I64 : floats;
}
