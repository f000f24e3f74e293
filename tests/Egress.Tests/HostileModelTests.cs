using System.Globalization;
using System.Text.RegularExpressions;

namespace Scanlock.Egress.Tests;

/// <summary>Models that carry something out, each in its own way. What they carry is called MARKER, and must not show even in the refusal.</summary>
[Trait("promise", "P6")]
public sealed class HostileModelTests
{
    public static TheoryData<string, Func<ModelFile>, string> Hostile => new()
    {
        { "a stray tensor", () => ModelFile.Bf16.Change(parts => parts.Add(new("zz.patients", "BF16", [2], new byte[4]))), "tensors that resnet18 does not have" },
        { "a stray empty tensor whose name says it all", () => ModelFile.Bf16.Change(parts => parts.Add(new("zz.MARKER", "BF16", [0], []))), "tensors that resnet18 does not have" },
        { "a missing tensor", () => ModelFile.Bf16.Change(parts => parts.Remove(parts.Single(part => part.Name == "fc.bias"))), "lacks the tensor fc.bias" },
        { "a renamed tensor", () => ModelFile.Bf16.With("fc.bias", part => part with { Name = "fc.biaſ" }), "lacks the tensor fc.bias" },
        { "a tensor of another shape and as many bytes", () => ModelFile.Bf16.With("fc.weight", part => part with { Shape = [512, 2] }), "fc.weight has not the shape [2, 512]" },
        { "a tensor of one dimension more", () => ModelFile.Bf16.With("fc.bias", part => part with { Shape = [1, 2] }), "fc.bias has not the shape [2]" },
        { "a longer tensor", () => ModelFile.Bf16.With("fc.bias", part => part with { Shape = [3], Data = new byte[6] }), "fc.bias has not the shape [2]" },
        { "half precision of another kind", () => ModelFile.Bf16.With("fc.bias", part => part with { Type = "F16" }), "fc.bias is not of type BF16" },
        { "double precision", () => ModelFile.Bf16.With("fc.bias", part => part with { Type = "F64", Data = new byte[16] }), "fc.bias is not of type BF16" },
        { "whole numbers as weights", () => ModelFile.Bf16.With("fc.bias", part => part with { Type = "I16" }), "fc.bias is not of type BF16" },
        { "a counter of numbers", () => ModelFile.F32.With("bn1.num_batches_tracked", part => part with { Type = "F64" }), "bn1.num_batches_tracked is not of type I64" },
        { "a mixture of types", () => ModelFile.Bf16.With("fc.bias", part => part with { Type = "F32", Data = new byte[8] }), "mixes types" },
        { "metadata", () => ModelFile.Bf16.Beside("""{"note":"MARKER"}""", ""), "carries metadata of its own" },
        { "metadata under the known name", () => ModelFile.Bf16.Beside("""{"format":"MARKER"}""", ""), "carries metadata of its own" },
        { "bytes after the data", () => ModelFile.Bf16.Beside("", "MARKER"), "goes on after its data" },
        { "tensors in another order", () => ModelFile.Bf16.Change(parts => (parts[^1], parts[^2]) = (parts[^2], parts[^1])), "not in canonical order" },
        { "a NaN", () => ModelFile.Bf16.Put("conv1.weight", 0, 0xC0, 0x7F), "conv1.weight holds numbers that are not finite" },
        { "a NaN at the very end", () => ModelFile.Bf16.Put("layer4.1.conv2.weight", (512 * 512 * 9 * 2) - 2, 0xC0, 0x7F), "layer4.1.conv2.weight holds numbers that are not finite" },
        { "an infinity", () => ModelFile.Bf16.Put("fc.bias", 2, 0x80, 0x7F), "fc.bias holds numbers that are not finite" },
        { "a negative infinity", () => ModelFile.Bf16.Put("bn1.running_var", 0, 0x80, 0xFF), "bn1.running_var holds numbers that are not finite" },
        { "a NaN in f32", () => ModelFile.F32.Put("fc.bias", 0, 0, 0, 0xC0, 0x7F), "fc.bias holds numbers that are not finite" },
        { "something in the low bits of one number", () => ModelFile.F32.Put("fc.weight", 4, 1), "fc.weight holds numbers finer than bf16" },
        { "a counter that is no count of steps", () => ModelFile.Bf16.Put("layer2.0.bn1.num_batches_tracked", 0, 25), "counters of batches" },
        { "a counter with something in its upper half", () => ModelFile.Bf16.Put("bn1.num_batches_tracked", 6, 0x41), "counters of batches" },
        { "a negative counter", () => ModelFile.Bf16.Put("bn1.num_batches_tracked", 7, 0x80), "counters of batches" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task A_model_that_is_not_just_the_network_is_refused(string what, Func<ModelFile> make, string reason)
    {
        Assert.NotEmpty(what);
        await Gate.RefusedAsync(make().Bytes(), reason);
    }

    [Fact]
    public async Task Something_in_the_low_bits_of_every_number_is_refused_and_never_written()
    {
        var model = ModelFile.F32;
        foreach (var part in model.Parts.Where(part => part.Type == "F32").ToList())
        {
            model.With(part.Name, same =>
            {
                for (var at = 0; at < same.Data.Length; at += 4)
                {
                    same.Data[at] = (byte)"MARKER"[at / 4 % 6];
                }

                return same;
            });
        }

        var written = await Gate.RefusedAsync(model.Bytes(), "finer than bf16");
        Assert.DoesNotContain("MARKER", System.Text.Encoding.Latin1.GetString(written), StringComparison.Ordinal);
    }

    public static TheoryData<string, Func<ModelFile, string>, string> BrokenHeaders => new()
    {
        { "nothing", _ => "", "not a JSON object" },
        { "no JSON", _ => "{MARKER", "not JSON" },
        { "an empty list of tensors under all the data", _ => "{}", "lacks the tensor" },
        { "a tensor twice", model => model.Header()[..^1] + ",\"fc.bias\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[0,4]}}", "repeated names" },
        { "a name that is not text", model => model.Header().Replace("fc.bias", "\\ud800", StringComparison.Ordinal), "not JSON" },
        { "a type that does not exist", model => model.Header().Replace("BF16", "MARKER", StringComparison.Ordinal), "unknown dtype" },
        { "a gap before the data", model => Shifted(model.Header(), 8), "leaves a gap" },
        { "tensors over one another", model => Shifted(model.Header(), -8), "whole numbers" },
        { "a key more", model => model.Header().Replace("\"dtype\"", "\"MARKER\":1,\"dtype\"", StringComparison.Ordinal), "exactly dtype, shape and data_offsets" },
        { "metadata that is no text", model => model.Header().Replace("{\"bn1", "{\"__metadata__\":{\"format\":{}},\"bn1", StringComparison.Ordinal), "metadata is not an object of strings" },
    };

    [Theory]
    [MemberData(nameof(BrokenHeaders))]
    public async Task A_broken_header_is_refused(string what, Func<ModelFile, string> header, string reason)
    {
        Assert.NotEmpty(what);
        var model = ModelFile.Bf16;
        await Gate.RefusedAsync(model.Bytes(header(model)), reason);
    }

    private static string Shifted(string header, long by) => Regex.Replace(
        header, @"data_offsets"":\[(\d+),(\d+)\]", match => $"data_offsets\":[{long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) + by},{long.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture) + by}]");
}
