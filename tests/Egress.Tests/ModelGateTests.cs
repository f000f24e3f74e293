using System.Buffers.Binary;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Codecs;

namespace Scanlock.Egress.Tests;

/// <summary>The exit for models: a closed list of numbers, written anew.</summary>
[Trait("promise", "P6")]
public sealed class ModelGateTests
{
    [Fact]
    public async Task An_honest_model_passes_and_is_written_byte_for_byte_as_the_canonical_form()
    {
        var file = ModelFile.Bf16.Bytes();

        var (accepted, written) = await AcceptedAsync(file);

        Assert.Equal(file, written);
        Assert.Equal(file.Length, accepted.Bytes);
        Assert.Equal(11_171_266, accepted.Parameters);
        Assert.Equal("bf16", accepted.Precision);
        Assert.All(accepted.Checks, check => Assert.DoesNotContain("safe", check.Replace("safetensors", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task The_gate_gives_the_same_bytes_for_what_it_gave()
    {
        var (_, once) = await AcceptedAsync(ModelFile.F32.Bytes());
        var (_, twice) = await AcceptedAsync(once);

        Assert.Equal(once, twice);
    }

    [Fact]
    public async Task Numbers_of_bf16_written_as_f32_leave_as_bf16()
    {
        var (_, written) = await AcceptedAsync(ModelFile.F32.Bytes());

        Assert.Equal(ModelFile.Bf16.Bytes(), written);
    }

    [Fact]
    public async Task A_policy_of_f32_takes_f32_and_nothing_coarser()
    {
        var file = ModelFile.F32.Put("fc.bias", 0, 1, 2, 3, 0x3F);

        var (verdict, written) = await PassAsync(file.Bytes(), Sample.RulesF32);

        Assert.IsType<ModelVerdict.Accepted>(verdict);
        Assert.Equal(file.Bytes(), written);
        await RefusedAsync(ModelFile.Bf16.Bytes(), "is not of type F32", Sample.RulesF32);
    }

    [Theory]
    [InlineData("""{ "__metadata__" : {"format":"pt"} , """)]
    [InlineData("{\t\n  \r\n ")]
    public async Task What_a_header_hides_in_spaces_metadata_and_order_of_keys_stays_behind(string opening)
    {
        var model = ModelFile.Bf16;
        var header = opening + model.Header()[1..].Replace("\"dtype\":\"BF16\",\"shape\":", "\"shape\" : ", StringComparison.Ordinal)
            .Replace("],\"data_offsets\"", "], \"dtype\":\"BF16\", \"data_offsets\"", StringComparison.Ordinal)
            .Replace("\"dtype\":\"I64\",\"shape\":[], \"dtype\":\"BF16\"", "\"dtype\":\"I64\",\"shape\":[]", StringComparison.Ordinal);

        var (_, written) = await AcceptedAsync(model.Bytes(header));

        Assert.Equal(model.Bytes(), written);
    }

    [Fact]
    public async Task The_sign_of_a_zero_carries_nothing_out()
    {
        var plain = ModelFile.Bf16.Put("fc.bias", 0, 0x00, 0x00).Bytes();
        var negative = ModelFile.Bf16.Put("fc.bias", 0, 0x00, 0x80).Bytes();
        var wide = ModelFile.F32.Put("fc.bias", 0, 0, 0, 0, 0x80);

        Assert.Equal(plain, (await AcceptedAsync(negative)).Written);
        Assert.Equal(plain, (await AcceptedAsync(wide.Bytes())).Written);
        var (_, written) = await PassAsync(wide.Bytes(), Sample.RulesF32);
        Assert.Equal(wide.Put("fc.bias", 0, 0, 0, 0, 0).Bytes(), written);
    }

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
        await RefusedAsync(make().Bytes(), reason);
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

        var written = await RefusedAsync(model.Bytes(), "finer than bf16");
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
        await RefusedAsync(model.Bytes(header(model)), reason);
    }

    [Fact]
    public async Task A_header_that_claims_the_moon_is_refused_before_it_is_read()
    {
        var claim = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(claim, ulong.MaxValue);
        await RefusedAsync(claim, "header is longer than");

        BinaryPrimitives.WriteUInt64LittleEndian(claim, (1 << 20) + 1);
        await RefusedAsync(claim, "header is longer than");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(100)]
    [InlineData(20_000)]
    [InlineData(22_000_000)]
    public async Task A_file_cut_short_is_refused(int length) => await RefusedAsync(ModelFile.Bf16.Bytes()[..length], "ends too early");

    [Fact]
    public async Task A_model_beyond_the_bytes_or_parameters_of_the_permit_is_refused()
    {
        var file = ModelFile.Bf16.Bytes();

        await RefusedAsync(file, $"the model has {file.Length} bytes", Sample.Rules with { Egress = Sample.Rules.Egress with { MaxBytes = file.Length - 1 } });
        await RefusedAsync(file, "11171266 parameters", Sample.Rules with { Bounds = Sample.Rules.Bounds with { Parameters = 11_171_265 } });
        var exactly = Sample.Rules with
        {
            Egress = Sample.Rules.Egress with { MaxBytes = file.Length },
            Bounds = Sample.Rules.Bounds with { Parameters = 11_171_266 },
        };
        Assert.IsType<ModelVerdict.Accepted>((await PassAsync(file, exactly)).Verdict);
    }

    [Fact]
    public async Task All_that_is_wrong_with_a_header_is_said_at_once()
    {
        var model = ModelFile.Bf16.With("fc.weight", part => part with { Shape = [512, 2] }).With("fc.bias", part => part with { Name = "MARKER" });

        var refused = Assert.IsType<ModelVerdict.Refused>((await PassAsync(model.Bytes(), Sample.Rules)).Verdict);

        Assert.Equal(3, refused.Reasons.Count);
        Assert.All(refused.Reasons, reason => Assert.Equal(("gate", "deny"), (reason.Rule, reason.Effect)));
    }

    [Fact]
    [Trait("promise", "P12")]
    public async Task A_released_model_says_how_it_was_made_and_passes_again_with_just_that()
    {
        var rules = Sample.Rules.ForModel(Sample.Steps) with
        {
            Provenance = new Dictionary<string, string> { ["scanlock.spec"] = """{"network":"resnet18"}""", ["scanlock.dataset"] = "covid-ct" },
        };

        var once = await WrittenAsync(ModelFile.Bf16.Bytes(), rules);
        var twice = await WrittenAsync(once, rules);

        Assert.Equal(ModelFile.Bf16.Beside("""{"scanlock.dataset":"covid-ct","scanlock.spec":"{\"network\":\"resnet18\"}"}""", "").Bytes(), once);
        Assert.Equal(once, twice);
        await RefusedAsync(once, "carries metadata of its own");

        static async Task<byte[]> WrittenAsync(byte[] file, ModelRules rules)
        {
            using var output = new MemoryStream();
            Assert.IsType<ModelVerdict.Accepted>(await ModelGate.PassAsync(new MemoryStream(file), output, rules, TestContext.Current.CancellationToken));
            return output.ToArray();
        }
    }

    [Fact]
    public async Task Counters_need_only_agree_where_no_steps_are_known()
    {
        var model = ModelFile.Bf16;
        foreach (var counter in model.Parts.Where(part => part.Type == "I64").Select(part => part.Name).ToList())
        {
            model.Put(counter, 0, 99);
        }

        using var output = new MemoryStream();
        var verdict = await ModelGate.PassAsync(new MemoryStream(model.Bytes()), output, Sample.Rules, steps: null, TestContext.Current.CancellationToken);

        Assert.IsType<ModelVerdict.Accepted>(verdict);
        await RefusedAsync(model.Bytes(), "counters of batches");
    }

    [Fact]
    public async Task Data_is_read_and_written_in_small_pieces_and_not_beyond_its_end()
    {
        await using var input = new WatchedStream(new MemoryStream(ModelFile.F32.Bytes()));
        await using var output = new WatchedStream(new MemoryStream());

        await ModelGate.PassAsync(input, output, Sample.Rules, Sample.Steps, TestContext.Current.CancellationToken);

        Assert.InRange(input.Largest, 1, 64 * 1024);
        Assert.InRange(output.Largest, 1, 64 * 1024);
    }

    [Fact]
    public async Task Whatever_bit_is_turned_the_output_is_canonical_or_refused()
    {
        var dice = new Random(2);
        var file = ModelFile.Bf16.Bytes();
        var header = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        for (var turn = 0; turn < 330; turn++)
        {
            var at = turn < 300 ? dice.Next(header) : dice.Next(header, file.Length);
            var turned = (byte[])file.Clone();
            turned[at] ^= (byte)(1 << dice.Next(8));

            var (verdict, written) = await PassAsync(turned, Sample.Rules);

            if (verdict is ModelVerdict.Accepted)
            {
                var reader = await SafetensorsReader.OpenAsync(new MemoryStream(written), new SafetensorsLimits(), TestContext.Current.CancellationToken);
                Assert.Empty(reader.Metadata);
                Assert.Equal(file[..header], written[..header]);
                Assert.Equal(file.Length, written.Length);
            }
        }
    }

    private static string Shifted(string header, long by) => System.Text.RegularExpressions.Regex.Replace(
        header, @"data_offsets"":\[(\d+),(\d+)\]", match => $"data_offsets\":[{long.Parse(match.Groups[1].Value) + by},{long.Parse(match.Groups[2].Value) + by}]");

    private static async Task<(ModelVerdict Verdict, byte[] Written)> PassAsync(byte[] file, GateRules rules)
    {
        using var output = new MemoryStream();
        var verdict = await ModelGate.PassAsync(new MemoryStream(file), output, rules, Sample.Steps, TestContext.Current.CancellationToken);
        return (verdict, output.ToArray());
    }

    private static async Task<(ModelVerdict.Accepted Accepted, byte[] Written)> AcceptedAsync(byte[] file)
    {
        var (verdict, written) = await PassAsync(file, Sample.Rules);
        if (verdict is ModelVerdict.Refused refused)
        {
            Assert.Fail(string.Join("; ", refused.Reasons.Select(reason => reason.Sentence)));
        }

        return ((ModelVerdict.Accepted)verdict, written);
    }

    /// <summary>Refused for that reason, and with nothing of the file in any reason.</summary>
    private static async Task<byte[]> RefusedAsync(byte[] file, string reason, GateRules? rules = null)
    {
        var (verdict, written) = await PassAsync(file, rules ?? Sample.Rules);
        var refused = Assert.IsType<ModelVerdict.Refused>(verdict);
        Assert.Contains(refused.Reasons, found => found.Sentence.Contains(reason, StringComparison.Ordinal));
        Assert.DoesNotContain(refused.Reasons, found => found.Sentence.Contains("MARKER", StringComparison.Ordinal));
        Assert.InRange(refused.Reasons.Count, 1, 20);
        return written;
    }

    private sealed class WatchedStream(Stream inner) : Stream
    {
        /// <summary>The most bytes asked for, or given, at once.</summary>
        public int Largest { get; private set; }

        public override bool CanRead => inner.CanRead;

        public override bool CanSeek => false;

        public override bool CanWrite => inner.CanWrite;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Largest = Math.Max(Largest, buffer.Length);
            return inner.ReadAsync(buffer, cancellationToken);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Largest = Math.Max(Largest, buffer.Length);
            return inner.WriteAsync(buffer, cancellationToken);
        }

        public override void Flush() => inner.Flush();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
