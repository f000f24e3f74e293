using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Networks;

/// <summary>Where one tensor of a file goes.</summary>
/// <param name="Name">As the network names it.</param>
/// <param name="Target">Null where the file's is left out.</param>
/// <param name="Sums">Three input channels become one.</param>
internal sealed record WeightsPlace(string Name, Tensor? Target, bool Sums);

/// <summary>A file's tensors held against a network, before any data is read.</summary>
internal sealed class WeightsMatching
{
    /// <summary>Where VGG-16's hidden layers go: what sees the whole of a 7 x 7 map there is a 7 x 7 kernel here.</summary>
    private static readonly Dictionary<string, string?> s_convolutional = new(StringComparer.Ordinal)
    {
        ["classifier.0.weight"] = "fc6.weight",
        ["classifier.0.bias"] = "fc6.bias",
        ["classifier.3.weight"] = "fc7.weight",
        ["classifier.3.bias"] = "fc7.bias",
        ["classifier.6.weight"] = null,
        ["classifier.6.bias"] = null,
    };

    private readonly TrialNetwork _network;
    private readonly IReadOnlyDictionary<string, Tensor> _values;
    private readonly IReadOnlySet<string> _inputs;
    private readonly IReadOnlySet<string> _outputs;
    private readonly HashSet<string> _wanted;
    private readonly List<WeightsPlace> _places = [];
    private readonly List<string> _fresh = [];

    internal WeightsMatching(Architecture network)
    {
        _network = TrialNetworks.Of(network.GetName());
        _values = network.state_dict();
        (_inputs, _outputs) = (_network.InputTensors(), _network.OutputTensors());
        _wanted = _values.Where(v => !IsCounter(v.Value)).Select(v => v.Key).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>A place for each tensor of the file, in its order.</summary>
    internal IReadOnlyList<WeightsPlace> Places => _places;

    /// <summary>Tensors that stay as they were drawn.</summary>
    internal IReadOnlyList<string> Fresh => _fresh;

    /// <summary>Why the file does not fit, naming the tensor and the shapes; null where it does.</summary>
    internal string? Fault(IReadOnlyList<SafetensorsTensor> file)
    {
        var fromVgg = _network.Name == "fcn8_vgg16" && file.Any(tensor => s_convolutional.ContainsKey(tensor.Name));
        if (fromVgg)
        {
            _fresh.AddRange(_outputs.Order(StringComparer.Ordinal));
            _wanted.ExceptWith(_fresh);
        }

        foreach (var tensor in file)
        {
            var name = fromVgg && s_convolutional.TryGetValue(tensor.Name, out var moved) ? moved : tensor.Name;
            if (name is null)
            {
                _places.Add(new WeightsPlace(tensor.Name, null, Sums: false));
            }
            else if (Fault(tensor, name, reshaped: name != tensor.Name) is { } fault)
            {
                return fault;
            }
        }

        return _wanted.Min(StringComparer.Ordinal) is { } missing
            ? $"the tensor {missing} [{Sizes(_values[missing].shape)}] of {_network.Name} is missing"
            : null;
    }

    private string? Fault(SafetensorsTensor tensor, string name, bool reshaped)
    {
        if (!_values.TryGetValue(name, out var value) || (!IsCounter(value) && !_wanted.Remove(name)))
        {
            return $"the tensor {Shown(tensor.Name)} [{Sizes(tensor.Shape)}] is none of {_network.Name}'s";
        }

        if (IsCounter(value))
        {
            _places.Add(new WeightsPlace(name, null, Sums: false));
            return null;
        }

        if (tensor.Type is not (SafetensorsType.F32 or SafetensorsType.F16 or SafetensorsType.BF16))
        {
            return $"the tensor {name} is of type {tensor.Type}, and must be F32, F16 or BF16";
        }

        var same = tensor.Shape.SequenceEqual(value.shape) || (reshaped && tensor.Elements == value.numel());
        var sums = !same && _inputs.Contains(name) && SumsTo(tensor.Shape, value.shape);
        var other = !same && _outputs.Contains(name) && HasOtherOutputs(tensor, name);
        if (other)
        {
            _fresh.Add(name);
        }

        _places.Add(new WeightsPlace(name, other ? null : value, sums));
        return same || sums || other ? null : $"the tensor {name} is [{Sizes(tensor.Shape)}], and {_network.Name} needs [{Sizes(value.shape)}]";
    }

    /// <summary>Outputs are the first axis of every last layer.</summary>
    private bool HasOtherOutputs(SafetensorsTensor tensor, string name) =>
        tensor.Shape.Count > 0 && _network.Tensors(1, tensor.Shape[0]).Single(t => t.Name == name).Shape.SequenceEqual(tensor.Shape);

    private static bool SumsTo(IReadOnlyList<long> three, long[] one) => three.Count == one.Length
        && three[1] == 3 && one[1] == 1 && three.Index().All(axis => axis.Index == 1 || axis.Item == one[axis.Index]);

    private static bool IsCounter(Tensor value) => value.dtype == ScalarType.Int64;

    private static string Sizes(IReadOnlyList<long> shape) => string.Join(", ", shape);

    /// <summary>A name that a stranger chose, fit for one line of a message.</summary>
    private static string Shown(string name) =>
        string.Concat(name.Take(80).Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '?'));
}
