using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Jobs;
using Scanlock.LibTorch;
using Scanlock.Testing;
using Scanlock.Trainer.Networks;
using static Scanlock.LibTorch.torch;
using Architecture = Scanlock.Trainer.Networks.Architecture;

namespace Scanlock.Trainer.Tests.Networks;

[Collection(AloneWithLibtorch.Name)]
public sealed class InitialWeightsTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public InitialWeightsTests() => Assert.SkipUnless(NativeLibraryLocator.IsAvailable(out var reason), reason);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(SafetensorsType.F32, 0)]
    [InlineData(SafetensorsType.F16, 1e-3)]
    [InlineData(SafetensorsType.BF16, 8e-3)]
    public async Task A_network_starts_from_what_another_was(SafetensorsType type, double precision)
    {
        using var source = Network.Create("simplecnn", 1, 2);
        using var network = Network.Create("simplecnn", 1, 2);
        await WriteAsync(Stored(source, type));

        var loaded = await LoadAsync(network);

        Assert.Empty(loaded.Fresh);
        Assert.False(loaded.Summed);
        var before = source.state_dict();
        Assert.All(network.state_dict(), value => Close(before[value.Key], value.Value, precision));
    }

    [Fact]
    public async Task The_counters_of_batches_start_anew()
    {
        using var source = Network.Create("simplecnn", 1, 2);
        using var network = Network.Create("simplecnn", 1, 2);
        await WriteAsync(Stored(source).Select(t => t.Tensor.Type == SafetensorsType.I64 ? t with { Bytes = BitConverter.GetBytes(1234L) } : t));

        await LoadAsync(network);

        Assert.All(
            network.state_dict().Where(v => v.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal)),
            counter => Assert.Equal(0, counter.Value.ToDouble()));
    }

    [Fact]
    public async Task A_head_for_other_classes_is_left_as_drawn()
    {
        using var source = Network.Create("simplecnn", 1, 1000);
        using var network = Network.Create("simplecnn", 1, 2);
        var drawn = network.state_dict()["fc.weight"].data<float>().ToArray();
        await WriteAsync(Stored(source));

        var loaded = await LoadAsync(network);

        Assert.Equal(["fc.bias", "fc.weight"], loaded.Fresh.Order(StringComparer.Ordinal));
        Assert.Equal(drawn, network.state_dict()["fc.weight"].data<float>().ToArray());
        Close(source.state_dict()["conv3.weight"], network.state_dict()["conv3.weight"], 0);
    }

    [Fact]
    public async Task Weights_for_colour_answer_to_grey_as_they_did_to_its_copies()
    {
        using var source = Network.Create("simplecnn", 3, 2);
        using var network = Network.Create("simplecnn", 1, 2);
        await WriteAsync(Stored(source));

        var loaded = await LoadAsync(network);

        Assert.True(loaded.Summed);
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var grey = tensor([.. Enumerable.Range(0, 256).Select(i => (i % 7) - 3f)], [1, 1, 16, 16]);
        source.eval();
        network.eval();
        Close(source.call(cat([grey, grey, grey], 1)), network.call(grey), 1e-5);
    }

    [Fact]
    public async Task Fcn8_takes_vgg16_whole_its_hidden_layers_as_convolutions()
    {
        using var source = Vgg.Create("vgg16", 3, 1000, 0.5, hidden: 8)!;
        using var network = new Fcn8("fcn8_vgg16", 1, 1, 0.5, hidden: 8);
        await WriteAsync(Stored(source));

        var loaded = await LoadAsync(network);

        Assert.Contains("score_fr.weight", loaded.Fresh);
        Assert.DoesNotContain("fc6.weight", loaded.Fresh);
        var (from, to) = (source.state_dict(), network.state_dict());
        Close(from["features.28.weight"], to["features.28.weight"], 0);
        using var scope = NewDisposeScope();
        var map = empty([1, 512, 7, 7]).normal_();
        Close(
            nn.functional.linear(map.flatten(1), from["classifier.0.weight"], from["classifier.0.bias"]),
            nn.functional.conv2d(map, to["fc6.weight"], to["fc6.bias"], [1, 1], [0, 0], [1, 1]), 1e-4);
    }

    [Fact]
    public async Task What_does_not_fit_is_refused_by_the_tensors_name_and_shapes()
    {
        using var source = Network.Create("simplecnn", 1, 2);
        var stored = Stored(source).ToList();

        Assert.Equal(
            "initial_weights: the tensor conv2.weight is [16, 4, 3, 3], and simplecnn needs [16, 8, 3, 3]",
            await RefusalAsync(stored.Select(t => t.Tensor.Name == "conv2.weight" ? Zeros("conv2.weight", SafetensorsType.F32, 16, 4, 3, 3) : t)));
        Assert.Equal(
            "initial_weights: the tensor bn1.bias [8] of simplecnn is missing", await RefusalAsync(stored.Where(t => t.Tensor.Name != "bn1.bias")));
        Assert.Equal(
            "initial_weights: the tensor spy?.weight [2] is none of simplecnn's",
            await RefusalAsync([.. stored, Zeros("spy$.weight", SafetensorsType.F32, 2)]));
        Assert.Equal(
            "initial_weights: the tensor fc.weight is [9, 31], and simplecnn needs [2, 32]",
            await RefusalAsync(stored.Select(t => t.Tensor.Name == "fc.weight" ? Zeros("fc.weight", SafetensorsType.F32, 9, 31) : t)));
        Assert.Equal(
            "initial_weights: the tensor bn1.bias is of type F64, and must be F32, F16 or BF16",
            await RefusalAsync(stored.Select(t => t.Tensor.Name == "bn1.bias" ? Zeros("bn1.bias", SafetensorsType.F64, 8) : t)));
        Assert.Equal(
            "initial_weights: the tensor bn1.bias holds numbers that are not finite",
            await RefusalAsync(stored.Select(t => t.Tensor.Name == "bn1.bias" ? t with { Bytes = [.. Enumerable.Repeat((byte)0xFF, 32)] } : t)));
    }

    [Fact]
    public async Task A_file_that_is_none_or_cut_off_or_not_there_is_refused()
    {
        using var network = Network.Create("simplecnn", 1, 2);
        Assert.Equal("initial_weights: the file is not there", Sentence(await InitialWeights.LoadAsync(network, File, TestContext.Current.CancellationToken)));

        await WriteAsync(Stored(network));
        var whole = await System.IO.File.ReadAllBytesAsync(File);
        await System.IO.File.WriteAllBytesAsync(File, whole[..^5]);
        Assert.Contains("ends too early", Sentence(await InitialWeights.LoadAsync(network, File, TestContext.Current.CancellationToken)), StringComparison.Ordinal);

        await System.IO.File.WriteAllTextAsync(File, "no weights at all");
        Assert.StartsWith("initial_weights: ", Sentence(await InitialWeights.LoadAsync(network, File, TestContext.Current.CancellationToken)), StringComparison.Ordinal);
    }

    private string File => _folder["weights.safetensors"];

    private static IEnumerable<StoredTensor> Stored(Architecture network, SafetensorsType floats = SafetensorsType.F32)
    {
        foreach (var (name, value) in network.state_dict())
        {
            using var scope = NewDisposeScope();
            var (type, kept) = value.dtype == ScalarType.Int64 ? (SafetensorsType.I64, value) : (floats, floats switch
            {
                SafetensorsType.F16 => value.to(ScalarType.Float16),
                SafetensorsType.BF16 => value.to(ScalarType.BFloat16),
                _ => value,
            });
            yield return new StoredTensor(new SafetensorsTensor(name, type, value.shape), kept.detach().contiguous().bytes.ToArray());
        }
    }

    private static StoredTensor Zeros(string name, SafetensorsType type, params long[] shape)
    {
        var tensor = new SafetensorsTensor(name, type, shape);
        return new StoredTensor(tensor, new byte[tensor.Bytes]);
    }

    private static void Close(Tensor expected, Tensor actual, double precision)
    {
        using var scope = NewDisposeScope();
        var (a, b) = (expected.detach().to(ScalarType.Float32).data<float>().ToArray(), actual.detach().to(ScalarType.Float32).data<float>().ToArray());
        Assert.Equal(a.Length, b.Length);
        Assert.All(a.Zip(b), pair => Assert.True(Math.Abs(pair.First - pair.Second) <= precision * Math.Max(1, Math.Abs(pair.First)), $"{pair}"));
    }

    private static string Sentence(Result<InitialWeights> result)
    {
        var refused = Assert.IsType<Result<InitialWeights>.Refused>(result);
        Assert.Equal(JobFailures.BadSpec, refused.Code);
        return refused.Sentence;
    }

    private async Task<InitialWeights> LoadAsync(Architecture network) => Assert.IsType<Result<InitialWeights>.Ok>(
        await InitialWeights.LoadAsync(network, File, TestContext.Current.CancellationToken)).Value;

    private async Task<string> RefusalAsync(IEnumerable<StoredTensor> tensors)
    {
        using var network = Network.Create("simplecnn", 1, 2);
        await WriteAsync(tensors);
        return Sentence(await InitialWeights.LoadAsync(network, File, TestContext.Current.CancellationToken));
    }

    private async Task WriteAsync(IEnumerable<StoredTensor> tensors)
    {
        var data = tensors.ToDictionary(t => t.Tensor.Name, StringComparer.Ordinal);
        await using var file = System.IO.File.Create(File);
        var writer = await SafetensorsWriter.CreateAsync(file, data.Values.Select(t => t.Tensor), TestContext.Current.CancellationToken);
        foreach (var tensor in writer.Tensors)
        {
            await writer.WriteAsync(data[tensor.Name].Bytes, TestContext.Current.CancellationToken);
        }

        await writer.EndAsync(TestContext.Current.CancellationToken);
    }

    private sealed record StoredTensor(SafetensorsTensor Tensor, byte[] Bytes);
}
