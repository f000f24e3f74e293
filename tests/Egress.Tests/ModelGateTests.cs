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

        var (accepted, written) = await Gate.AcceptedAsync(file);

        Assert.Equal(file, written);
        Assert.Equal(file.Length, accepted.Bytes);
        Assert.Equal(11_171_266, accepted.Parameters);
        Assert.Equal("bf16", accepted.Precision);
        Assert.All(accepted.Checks, check => Assert.DoesNotContain("safe", check.Replace("safetensors", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task The_gate_gives_the_same_bytes_for_what_it_gave()
    {
        var (_, once) = await Gate.AcceptedAsync(ModelFile.F32.Bytes());
        var (_, twice) = await Gate.AcceptedAsync(once);

        Assert.Equal(once, twice);
    }

    [Fact]
    public async Task Numbers_of_bf16_written_as_f32_leave_as_bf16()
    {
        var (_, written) = await Gate.AcceptedAsync(ModelFile.F32.Bytes());

        Assert.Equal(ModelFile.Bf16.Bytes(), written);
    }

    [Fact]
    public async Task A_policy_of_f32_takes_f32_and_nothing_coarser()
    {
        var file = ModelFile.F32.Put("fc.bias", 0, 1, 2, 3, 0x3F);

        var (verdict, written) = await Gate.PassAsync(file.Bytes(), Sample.RulesF32);

        Assert.IsType<ModelVerdict.Accepted>(verdict);
        Assert.Equal(file.Bytes(), written);
        await Gate.RefusedAsync(ModelFile.Bf16.Bytes(), "is not of type F32", Sample.RulesF32);
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

        var (_, written) = await Gate.AcceptedAsync(model.Bytes(header));

        Assert.Equal(model.Bytes(), written);
    }

    [Fact]
    public async Task The_sign_of_a_zero_carries_nothing_out()
    {
        var plain = ModelFile.Bf16.Put("fc.bias", 0, 0x00, 0x00).Bytes();
        var negative = ModelFile.Bf16.Put("fc.bias", 0, 0x00, 0x80).Bytes();
        var wide = ModelFile.F32.Put("fc.bias", 0, 0, 0, 0, 0x80);

        Assert.Equal(plain, (await Gate.AcceptedAsync(negative)).Written);
        Assert.Equal(plain, (await Gate.AcceptedAsync(wide.Bytes())).Written);
        var (_, written) = await Gate.PassAsync(wide.Bytes(), Sample.RulesF32);
        Assert.Equal(wide.Put("fc.bias", 0, 0, 0, 0, 0).Bytes(), written);
    }

    [Fact]
    public async Task A_header_that_claims_the_moon_is_refused_before_it_is_read()
    {
        var claim = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(claim, ulong.MaxValue);
        await Gate.RefusedAsync(claim, "header is longer than");

        BinaryPrimitives.WriteUInt64LittleEndian(claim, (1 << 20) + 1);
        await Gate.RefusedAsync(claim, "header is longer than");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(100)]
    [InlineData(20_000)]
    [InlineData(22_000_000)]
    public async Task A_file_cut_short_is_refused(int length) => await Gate.RefusedAsync(ModelFile.Bf16.Bytes()[..length], "ends too early");

    [Fact]
    public async Task A_model_beyond_the_bytes_or_parameters_of_the_permit_is_refused()
    {
        var file = ModelFile.Bf16.Bytes();

        await Gate.RefusedAsync(file, $"the model has {file.Length} bytes", Sample.Rules with { Egress = Sample.Rules.Egress with { MaxBytes = file.Length - 1 } });
        await Gate.RefusedAsync(file, "11171266 parameters", Sample.Rules with { Bounds = Sample.Rules.Bounds with { Parameters = 11_171_265 } });
        var exactly = Sample.Rules with
        {
            Egress = Sample.Rules.Egress with { MaxBytes = file.Length },
            Bounds = Sample.Rules.Bounds with { Parameters = 11_171_266 },
        };
        Assert.IsType<ModelVerdict.Accepted>((await Gate.PassAsync(file, exactly)).Verdict);
    }

    [Fact]
    public async Task All_that_is_wrong_with_a_header_is_said_at_once()
    {
        var model = ModelFile.Bf16.With("fc.weight", part => part with { Shape = [512, 2] }).With("fc.bias", part => part with { Name = "MARKER" });

        var refused = Assert.IsType<ModelVerdict.Refused>((await Gate.PassAsync(model.Bytes(), Sample.Rules)).Verdict);

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
        await Gate.RefusedAsync(once, "carries metadata of its own");

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
        await Gate.RefusedAsync(model.Bytes(), "counters of batches");
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

            var (verdict, written) = await Gate.PassAsync(turned, Sample.Rules);

            if (verdict is ModelVerdict.Accepted)
            {
                var reader = await SafetensorsReader.OpenAsync(new MemoryStream(written), new SafetensorsLimits(), TestContext.Current.CancellationToken);
                Assert.Empty(reader.Metadata);
                Assert.Equal(file[..header], written[..header]);
                Assert.Equal(file.Length, written.Length);
            }
        }
    }
}
