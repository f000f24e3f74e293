using System.Text.Json;
using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Trials;
using Scanlock.Egress;
using Scanlock.Testing;

namespace Scanlock.Cli.Tests.Models;

public sealed class ModelCommandTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Inspect_lists_the_tensors_and_says_what_was_checked()
    {
        var file = await WriteAsync(_ => { });

        var run = await ScanlockProgram.RunAsync("model", "inspect", file, "--json");

        Assert.Equal(0, run.ExitCode);
        var model = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal("resnet18", model.GetProperty("network").GetString());
        Assert.Equal(11_171_266, model.GetProperty("parameters").GetInt64());
        Assert.True(model.GetProperty("canonical").GetBoolean());
        Assert.Equal(122, model.GetProperty("tensors").GetArrayLength());
        Assert.NotEmpty(model.GetProperty("checks").EnumerateArray());
    }

    [Fact]
    public async Task Inspect_exits_4_and_names_what_the_gate_would_refuse()
    {
        var run = await ScanlockProgram.RunAsync("model", "inspect", await WriteAsync(bytes => bytes[^1] = 0x7F, last: 0x80));

        Assert.Equal(4, run.ExitCode);
        Assert.Contains("FAIL  the tensor layer4.1.conv2.weight holds numbers that are not finite", run.OutputText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_says_of_another_file_that_it_is_none()
    {
        await File.WriteAllTextAsync(_folder["not-a-model"], "hello, this is no model");

        var run = await ScanlockProgram.RunAsync("model", "inspect", _folder["not-a-model"]);

        Assert.Equal(4, run.ExitCode);
        Assert.Contains("not-a-model: The safetensors header is longer than", run.Error, StringComparison.Ordinal);
    }

    /// <summary>A resnet18 of zeros, changed before it is written; <paramref name="last"/> is the byte before the last.</summary>
    private async Task<string> WriteAsync(Action<byte[]> change, byte last = 0)
    {
        using var memory = new MemoryStream();
        var tensors = TrialNetworks.Of("resnet18").Tensors(1, 2).Select(tensor =>
            new SafetensorsTensor(tensor.Name, tensor.Role == TensorRole.Counter ? SafetensorsType.I64 : SafetensorsType.BF16, tensor.Shape));
        var writer = await SafetensorsWriter.CreateAsync(memory, tensors, TestContext.Current.CancellationToken);
        foreach (var tensor in writer.Tensors)
        {
            await writer.WriteAsync(new byte[tensor.Bytes], TestContext.Current.CancellationToken);
        }

        var bytes = memory.ToArray();
        bytes[^2] = last;
        change(bytes);
        await File.WriteAllBytesAsync(_folder["model.safetensors"], bytes);
        return _folder["model.safetensors"];
    }
}
