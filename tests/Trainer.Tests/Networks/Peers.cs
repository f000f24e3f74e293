using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Scanlock.Contracts.Trials;
using Scanlock.LibTorch;
using Scanlock.Processes;
using Scanlock.Testing;
using Scanlock.Trainer.Networks;
using Scanlock.Trainer.Output;
using Scanlock.Trainer.Training;
using static Scanlock.LibTorch.torch;
using Architecture = Scanlock.Trainer.Networks.Architecture;

namespace Scanlock.Trainer.Tests.Networks;

/// <summary>libtorch's generator is one for the whole process, and these tests count on its draws.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneWithLibtorch : ICollectionFixture<Peers>
{
    public const string Name = "alone with libtorch";
}

/// <summary>
/// Every network asked the same twice: here, and in one process of PyTorch with torchvision (peers.py), which loads the file that the
/// trainer writes. Two processes, so that neither can lean on the other.
/// </summary>
public sealed class Peers : IAsyncLifetime
{
    private const string Python = "/usr/bin/python3";

    /// <summary>VGG's hidden layers, a tenth of a billion weights, are as good narrow; their full shapes are compared elsewhere.</summary>
    private const long Hidden = 64;

    private readonly TestFolder _folder = new();
    private readonly Dictionary<string, IReadOnlyList<(string What, float[] Values)>> _ours = new(StringComparer.Ordinal);

    private readonly Dictionary<string, IReadOnlyList<string>> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<string>> _described = new(StringComparer.Ordinal);

    /// <summary>Why there is nothing to compare with; null where there is.</summary>
    public string? Missing { get; private set; }

    /// <summary>Names and shapes of torchvision's networks, one channel, two classes.</summary>
    internal IReadOnlyDictionary<string, Dictionary<string, long[]>> Shapes { get; private set; } = new Dictionary<string, Dictionary<string, long[]>>();

    public async ValueTask InitializeAsync()
    {
        Missing = NativeLibraryLocator.IsAvailable(out var reason) ? await MissingPeerAsync() : reason;
        if (Missing is not null)
        {
            return;
        }

        var cases = TrialNetworks.All.Select((network, index) => Case.For(network, channels: index % 2 == 0 ? 1 : 3)).ToList();
        foreach (var one in cases)
        {
            await AskAsync(one);
        }

        await File.WriteAllTextAsync(_folder["cases.json"], JsonSerializer.Serialize(cases));
        var (ended, output, error) = await PythonAsync(
            Path.Combine(Repository.Root, "tests", "Trainer.Tests", "Networks", "peers.py"), _folder.Path);
        Assert.True(ended.Succeeded, error);
        Assert.NotEmpty(output);
        Shapes = JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, long[]>>>(await File.ReadAllTextAsync(_folder["shapes.json"]))!;
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The tensors of a network as it was built, and as Contracts describes it.</summary>
    internal (IReadOnlyList<string> Built, IReadOnlyList<string> Described) Tensors(string network) => (_tensors[network], _described[network]);

    /// <summary>What was asked of a network, our values, and PyTorch's.</summary>
    internal IEnumerable<(string What, float[] Ours, float[] Peers)> Compare(string network)
    {
        var fault = _folder[$"{network}.fault"];
        Assert.False(File.Exists(fault), File.Exists(fault) ? File.ReadAllText(fault) : "");
        var peers = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(_folder[$"{network}.peer"])).ToArray();
        Assert.Equal(_ours[network].Sum(o => o.Values.Length), peers.Length);
        var at = 0;
        foreach (var (what, values) in _ours[network])
        {
            yield return (what, values, peers[at..(at += values.Length)]);
        }
    }

    private static async Task<string?> MissingPeerAsync()
    {
        if (!File.Exists(Python))
        {
            return "needs /usr/bin/python3 with torch and torchvision (Debian: python3-torchvision)";
        }

        var (ended, output, _) = await PythonAsync("-c", "import torch, torchvision; print(torch.__version__)");
        return !ended.Succeeded ? "needs torch and torchvision in /usr/bin/python3 (Debian: python3-torchvision)"
            : output.StartsWith(string.Join('.', __version__.Split('.')[..2]), StringComparison.Ordinal) ? null
            : $"draws of dropout are the same only in the same PyTorch, here {__version__} and there {output.Trim()}";
    }

    private static async Task<ProgramText> PythonAsync(params string[] arguments)
    {
        var start = new ProgramStart(Python, arguments)
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["OMP_WAIT_POLICY"] = "passive",
                ["HOME"] = "/tmp",
                ["PYTHONWARNINGS"] = "ignore",
            },
        };
        return await ProgramRunner.RunTextAsync(start, new RunLimits(TimeSpan.FromMinutes(5)), cancellationToken: TestContext.Current.CancellationToken);
    }

    private async Task AskAsync(Case one)
    {
        manual_seed(11);
        using var network = one.Create();
        _tensors[one.Name] = [.. network.state_dict().Select(t => Line(t.Key, t.Value.shape, t.Value.dtype == ScalarType.Int64)).Order(StringComparer.Ordinal)];
        _described[one.Name] =
        [
            .. TrialNetworks.Of(one.Name).Tensors(one.Channels, one.Outputs)
                .Select(t => Line(t.Name, t.Shape.Select(s => one.IsNarrow && s == 4096 ? Hidden : s), t.Role == TensorRole.Counter))
                .Order(StringComparer.Ordinal),
        ];
        Unsettle(network);
        Rounding.Release(network, TrainerJob.Bf16, steps: 0);
        await ModelWriter.WriteAsync(network, TrainerJob.Bf16, _folder.Path, TestContext.Current.CancellationToken);
        File.Move(_folder[TrainerJob.ModelFile], _folder[$"{one.Name}.safetensors"]);
        await File.WriteAllLinesAsync(_folder[$"{one.Name}.order"], network.named_parameters().Select(p => p.name));

        // In single precision, as models are used, what a rectifier near zero does weighs little; gradients need more:
        // in double precision, where the order of a sum cannot turn a rectifier near zero on here and off there.
        var single = ("evaluation's logits in single precision", InSingle(network, one.Shape));
        network.to(ScalarType.Float64);
        _ours[one.Name] = [single, .. Ask(network, one.Shape)];
    }

    private static float[] InSingle(Architecture network, long[] shape)
    {
        set_num_threads(2);
        using var scope = NewDisposeScope();
        using var off = no_grad();
        network.eval();
        return Some(network.call(Pattern(shape).to(ScalarType.Float32)));
    }

    private static string Line(string name, IEnumerable<long> shape, bool counts) => $"{name} [{string.Join(", ", shape)}] {(counts ? "counter" : "")}";

    private static List<(string What, float[] Values)> Ask(Architecture network, long[] shape)
    {
        // The number is each thread's own, and other tests set theirs.
        set_num_threads(2);
        using var scope = NewDisposeScope();
        var x = Pattern(shape);
        x.requires_grad = true;
        network.eval();
        List<(string, float[])> found = [];
        using (no_grad())
        {
            found.Add(("evaluation's logits", Some(network.call(x))));
        }

        network.train();
        manual_seed(5);
        var (logits, auxiliary) = network.Answers(x);
        found.Add(("training's logits", Some(logits)));
        var loss = logits.mul(Pattern(logits.shape)).sum();
        if (auxiliary is not null)
        {
            found.Add(("auxiliary logits", Some(auxiliary)));
            loss = loss.add(auxiliary.mul(Pattern(auxiliary.shape)).sum().mul(0.4));
        }

        loss.backward();
        found.Add(("gradient of the input", Some(x.grad!)));
        found.AddRange(network.named_parameters().Select(p => ($"gradient of {p.name}", Some(p.parameter.grad!))));
        return found;
    }

    /// <summary>Biases and statistics start as zeros and ones, and would hide one taken for another.</summary>
    private static void Unsettle(nn.Module network)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, tensor) in network.state_dict().Where(t => t.Value.dtype == ScalarType.Float32 && t.Value.dim() == 1))
        {
            var least = name.EndsWith("running_var", StringComparison.Ordinal) ? 0 : -0.2;
            tensor.add_(empty(tensor.shape).uniform_(least, least + 0.4));
        }
    }

    private static Tensor Pattern(long[] shape)
    {
        var values = new float[shape.Aggregate(1L, (a, b) => a * b)];
        for (var i = 0L; i < values.Length; i++)
        {
            values[i] = (i * 37 % 101 / 50f) - 1;
        }

        return tensor(values, shape).to(ScalarType.Float64);
    }

    /// <summary>At most some 4096 of the values, evenly spread, by a step that no side of a kernel divides.</summary>
    private static float[] Some(Tensor tensor)
    {
        const int most = 4096;
        var values = tensor.detach().to(ScalarType.Float32).data<float>().ToArray();
        var step = (values.Length + most - 1) / most;
        while (step % 2 == 0 || step % 3 == 0 || step % 5 == 0 || step % 7 == 0)
        {
            step++;
        }

        return [.. Enumerable.Range(0, (values.Length + step - 1) / step).Select(i => values[i * step])];
    }

    private sealed record Case(
        [property: JsonPropertyName("name")] string Name,
        [property: JsonPropertyName("channels")] int Channels,
        [property: JsonPropertyName("outputs")] int Outputs,
        [property: JsonPropertyName("shape")] long[] Shape,
        [property: JsonPropertyName("hidden")] long Hidden)
    {
        internal static Case For(TrialNetwork network, int channels)
        {
            // Odd sides where a way up must meet a way down; else as little as leaves normalisation something to reckon with.
            long[] sides = network switch
            {
                { Name: "unet3d" } => [10, 13, 16],
                { Task: TrialSpec.Segment } => [49, 66],
                { Dimensions: 3 } => [12, 48, 48],
                _ => [Math.Max(64, network.LeastSide), Math.Max(64, network.LeastSide)],
            };
            return new(network.Name, channels, network.Task == TrialSpec.Segment ? 1 : 3, [2, channels, .. sides], Peers.Hidden);
        }

        internal bool IsNarrow => Name.Contains("vgg", StringComparison.Ordinal);

        internal Architecture Create() => Name == "fcn8_vgg16"
            ? new Fcn8(Name, Channels, Outputs, 0.5, Hidden)
            : Vgg.Create(Name, Channels, Outputs, 0.5, Hidden) ?? Network.Create(Name, Channels, Outputs);
    }
}
