using System.Globalization;
using System.Runtime.InteropServices;
using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Trials;
using Scanlock.LibTorch;
using Scanlock.Processes;
using Scanlock.Testing;
using Scanlock.Trainer.Data;
using Scanlock.Trainer.Evaluation;
using Scanlock.Trainer.Networks;
using Scanlock.Trainer.Output;
using Scanlock.Trainer.Training;
using static Scanlock.LibTorch.torch;

namespace Scanlock.Trainer.Tests;

public sealed class ModelTests : IDisposable
{
    private const string LoadStrictly = """
        import json, struct, sys
        import torch, torchvision
        data = open(sys.argv[1], "rb").read()
        (length,) = struct.unpack("<Q", data[:8])
        types = {"F32": torch.float32, "BF16": torch.bfloat16, "I64": torch.int64}
        state = {}
        for name, t in json.loads(data[8:8 + length]).items():
            begin, end = (8 + length + o for o in t["data_offsets"])
            state[name] = torch.frombuffer(bytearray(data[begin:end]), dtype=types[t["dtype"]]).reshape(t["shape"])
        model = torchvision.models.resnet18(num_classes=2)
        model.conv1 = torch.nn.Conv2d(1, 64, kernel_size=7, stride=2, padding=3, bias=False)
        model.load_state_dict(state, strict=True)
        x = torch.arange(2 * 64 * 64, dtype=torch.float32).reshape(2, 1, 64, 64).remainder(13) / 6.5 - 1
        model.eval()
        print(json.dumps(model(x).flatten().tolist()))
        model.train()
        torch.nn.functional.cross_entropy(model(x), torch.tensor([0, 1])).backward()
        print(json.dumps([float(p.grad.double().norm()) for p in model.parameters()]))
        """;

    private readonly TestFolder _folder = new();

    public ModelTests() => Assert.SkipUnless(NativeLibraryLocator.IsAvailable(out var reason), reason);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Names_shapes_and_order_of_a_resnet18_are_torchvisions()
    {
        using var network = Network.Create("resnet18");
        var values = network.state_dict();
        var expected = File.ReadLines(Repository.Vector("resnet18.txt")).Where(l => l[0] != '#').Order(StringComparer.Ordinal);

        Assert.Equal(expected, values.Select(v => $"{v.Key} {(v.Value.dtype == ScalarType.Int64 ? "I64" : "F32")} {Shape(v.Value)}").Order(StringComparer.Ordinal));
        Assert.Equal(TrialNetworks.Parameters("resnet18"), network.parameters().Sum(p => p.numel()));

        static string Shape(Tensor t) => t.dim() == 0 ? "scalar" : string.Join('x', t.shape);
    }

    [Theory]
    [Trait("promise", "P12")]
    [InlineData(TrainerJob.Bf16)]
    [InlineData(TrainerJob.F32)]
    public async Task The_final_metrics_are_those_of_the_weights_in_the_file(string precision)
    {
        // Hard enough that rounding moves the loss: otherwise any weights would do.
        var slices = Phantoms.Make(patientsPerClass: 6, slicesPerPatient: 4);
        await Phantoms.WriteAsync([.. slices.Select((s, i) => s with { Class = i / 4 % 3 == 0 ? "1" : "0" })], _folder["data"]);
        var job = TrainerRun.Job(TrainerRun.Spec()) with { Precision = precision };
        var run = await TrainerRun.StartAsync(_folder.Path, job);
        Assert.True(run.ExitCode == 0, run.Error);

        var plan = Assert.IsType<Result<TrialPlan>.Ok>(TrialPlan.Check(job)).Value;
        using var data = Assert.IsType<Result<Dataset>.Ok>(await Dataset.LoadAsync(_folder["data"], plan, TestContext.Current.CancellationToken)).Value;
        var split = Assert.IsType<Result<PatientSplit>.Ok>(PatientSplit.For(plan.Spec, data.Samples, plan.Seed)).Value;
        using var network = Network.Create("resnet18");
        await LoadAsync(network, run.Model, precision == TrainerJob.Bf16 ? SafetensorsType.BF16 : SafetensorsType.F32);
        set_num_threads(plan.Threads);
        var again = Evaluator.Score(network, new Loader(data.Items, split.Validation, plan.Spec, plan.Seed), plan.Spec, CPU).Metrics();

        // A BLAS may choose its kernels by the environment, which is another here: hence not to the last bit.
        Assert.Equal(Counted(run.Metrics.Final!), Counted(again));
        Assert.Equal(run.Metrics.Final!.Loss!.Value, again.Loss!.Value, 1e-6);
        Assert.Equal(precision == TrainerJob.Bf16, Math.Abs(run.Metrics.Epochs[^1].ValidationLoss!.Value - again.Loss.Value) > 1e-5);
    }

    private static ClassificationMetrics Counted(ClassificationMetrics final) => final with { Loss = null, CalibrationError = null, Intervals = null };

    [Fact]
    public async Task Torchvision_loads_the_model_strictly_and_answers_and_learns_alike()
    {
        Assert.SkipUnless(await PythonHasTorchvisionAsync(), "needs /usr/bin/python3 with torch and torchvision (Debian: python3-torchvision)");
        manual_seed(11);
        using var network = Network.Create("resnet18");
        await ModelWriter.WriteAsync(network, TrainerJob.F32, _folder.Path, TestContext.Current.CancellationToken);
        var pixels = Enumerable.Range(0, 2 * 64 * 64).Select(i => (i % 13 / 6.5f) - 1).ToArray();
        var (logits, gradients) = AnswersAndGradients(network, pixels);

        var (ended, output, error) = await PythonAsync("-c", LoadStrictly, Path.Combine(_folder.Path, TrainerJob.ModelFile));

        Assert.True(ended.Succeeded, error);
        var lines = output.Split('\n');
        Agree(Numbers(lines[0]), logits);
        Agree(Numbers(lines[1]), gradients);

        static double[] Numbers(string line) => System.Text.Json.JsonSerializer.Deserialize<double[]>(line)!;
    }

    private static (double[] Logits, double[] Gradients) AnswersAndGradients(nn.Module<Tensor, Tensor> network, float[] pixels)
    {
        using var scope = NewDisposeScope();
        var x = tensor(pixels, [2, 1, 64, 64]);
        network.eval();
        double[] logits = [.. network.call(x).detach().data<float>().ToArray()];
        network.train();
        nn.functional.cross_entropy(network.call(x), tensor([0L, 1], [2])).backward();
        return (logits, [.. network.parameters().Select(p => Norm(p.grad!))]);

        static double Norm(Tensor t) => Math.Sqrt(t.mul(t).sum().ToDouble());
    }

    private static void Agree(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var largest = expected.Max(Math.Abs);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) < 1e-4 * largest, string.Create(CultureInfo.InvariantCulture, $"{i}: {expected[i]} and {actual[i]}"));
        }
    }

    private static async Task LoadAsync(nn.Module<Tensor, Tensor> network, string file, SafetensorsType floats)
    {
        await using var stream = File.OpenRead(file);
        var reader = await SafetensorsReader.OpenAsync(stream, new SafetensorsLimits(), TestContext.Current.CancellationToken);
        var values = network.state_dict();
        Assert.Equal(values.Count, reader.Tensors.Count);
        foreach (var tensor in reader.Tensors)
        {
            var bytes = new byte[tensor.Bytes];
            await reader.ReadAsync(bytes, TestContext.Current.CancellationToken);
            Assert.Equal(tensor.Name.EndsWith("num_batches_tracked", StringComparison.Ordinal) ? SafetensorsType.I64 : floats, tensor.Type);

            // Of this thread alone, and an await may end on another.
            using var off = no_grad();
            using var scope = NewDisposeScope();
            values[tensor.Name].copy_(torch.tensor(Floats(tensor, bytes), [.. tensor.Shape]));
        }

        await reader.EndAsync(TestContext.Current.CancellationToken);
    }

    private static float[] Floats(SafetensorsTensor tensor, byte[] bytes) => tensor.Type switch
    {
        SafetensorsType.I64 => [MemoryMarshal.Read<long>(bytes)],
        SafetensorsType.F32 => MemoryMarshal.Cast<byte, float>(bytes).ToArray(),
        SafetensorsType.BF16 => [.. MemoryMarshal.Cast<byte, ushort>(bytes).ToArray().Select(b => BitConverter.UInt32BitsToSingle((uint)b << 16))],
        _ => throw new NotSupportedException(),
    };

    private static async Task<bool> PythonHasTorchvisionAsync() =>
        File.Exists("/usr/bin/python3") && (await PythonAsync("-c", "import torch, torchvision")).End.Succeeded;

    private static async Task<(ProgramEnd End, string Output, string Error)> PythonAsync(params string[] arguments)
    {
        var start = new ProgramStart("/usr/bin/python3", arguments)
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["OMP_WAIT_POLICY"] = "passive", ["HOME"] = "/tmp" },
        };
        var result = await ProgramRunner.RunTextAsync(start, new RunLimits(TimeSpan.FromMinutes(10)));
        return (result.End, result.Output, result.ErrorTail);
    }
}
