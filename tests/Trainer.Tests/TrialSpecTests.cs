using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Scanlock.Contracts;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;
using Scanlock.Testing;

namespace Scanlock.Trainer.Tests;

public sealed class TrialSpecTests
{
    private const string Minimal = """{"v":1,"label":"covid","network":"resnet18"}""";

    [Fact]
    public void What_is_left_out_is_filled_in()
    {
        var spec = Valid(Minimal);

        Assert.Equal(
            new TrialSpec(
                1, "classify", "covid", "resnet18", 128, new HuWindow(-500, 1500), 20, 16, "adamw", 0.001, 0.01, "cosine", 0, "none",
                new Augmentation(Flip: true, 10, 0.05, 0.1), 0.2, "auto"),
            spec);
        Assert.Equal(spec, Valid(Encoding.UTF8.GetString(Wire.Write(spec, ContractsJson.Strict.TrialSpec))));
    }

    [Theory]
    [InlineData("""{"label":"covid","network":"resnet18"}""", "v: is missing")]
    [InlineData("""{"v":2,"label":"covid","network":"resnet18"}""", "v: must be 1")]
    [InlineData("""{"v":1,"network":"resnet18"}""", "label: is missing")]
    [InlineData("""{"v":1,"label":"co vid","network":"resnet18"}""", "label: must be a name of at most 64 letters, digits, '_', '.' or '-'")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet19"}""", "network: must be one of: resnet18")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","epochs":0}""", "epochs: must be a whole number from 1 to 10000")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","epochs":1.5}""", "epochs: must be a whole number from 1 to 10000")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","epochs":null}""", "epochs: must be a whole number from 1 to 10000")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","learning_rate":0}""", "learning_rate: must be a number above 0 and at most 10")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","learning_rate":1e999}""", "learning_rate: must be a number above 0 and at most 10")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","window":{"width":-1}}""", "window.width: must be a number above 0 and at most 10000")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","window":7}""", "window: must be an object")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","augmentation":{"flip":1}}""", "augmentation.flip: must be true or false")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","augmentation":{"flop":true}}""", "augmentation.flop: unknown field; known here: flip, rotate, shift, scale")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","v":1}""", "v: given twice")]
    [InlineData("[]", "must be an object")]
    [InlineData("{", "not JSON: line 1, byte 2")]
    public void An_impossible_spec_is_refused_by_the_path_of_the_field(string json, string problem) =>
        Assert.Contains(problem, Invalid(json).Select(p => p.ToString()));

    [Fact]
    public void All_problems_are_reported_not_only_the_first() =>
        Assert.Equal(["oops", "label", "network", "batch", "device"], Invalid("""{"v":1,"oops":1,"batch":0,"device":"tpu"}""").Select(p => p.Path));

    [Fact]
    public void A_huge_spec_is_not_read() =>
        Assert.Single(Invalid(Minimal[..^1] + ",\"x\":\"" + new string('y', TrialSpecReader.MaxBytes) + "\"}"));

    [Fact]
    public void A_field_name_from_a_stranger_is_shown_short_and_printable()
    {
        var problem = Assert.Single(Invalid(Minimal[..^1] + ",\"a\\u0007" + new string('y', 1000) + "\":1}"));

        Assert.StartsWith("a?yyy", problem.Path, StringComparison.Ordinal);
        Assert.True(problem.Path.Length < 50);
    }

    [Fact]
    public void The_schema_is_the_one_kept_beside_the_vectors()
    {
        var schema = TrialSpecSchema.Create().ToJsonString(new JsonSerializerOptions { WriteIndented = true, NewLine = "\n" }) + "\n";

        Assert.Equal(File.ReadAllText(Repository.Vector("trial-spec.schema.json")), schema);
    }

    [Fact]
    public void The_schema_requires_what_the_reader_requires()
    {
        var required = TrialSpecSchema.Create()["required"]!.AsArray().Select(n => n!.GetValue<string>());

        Assert.Equal(JsonNode.Parse(Minimal)!.AsObject().Select(m => m.Key), required);
    }

    [Fact]
    public void Every_exit_code_the_trainer_has_says_a_failure_of_the_closed_list()
    {
        for (var code = 1; code < 256; code++)
        {
            Assert.Contains(TrainerExit.Failure(code), JobFailures.All);
        }

        Assert.Equal(JobFailures.Diverged, TrainerExit.Failure(TrainerExit.Code(JobFailures.Diverged)));
        Assert.Equal(JobFailures.TrainerCrashed, TrainerExit.Failure(134));
    }

    [Theory]
    [InlineData("""{"v":1,"epoch":1,"step":2,"values":{"loss":1}}""", true)]
    [InlineData("""{"v":1,"epoch":0,"step":2,"values":{"loss":1}}""", false)]
    [InlineData("""{"v":1,"epoch":1,"step":2,"values":{"patient":4711}}""", false)]
    public void Only_declared_numbers_are_progress(string line, bool declared) =>
        Assert.Equal(declared, Wire.Read(Encoding.UTF8.GetBytes(line), ContractsJson.Strict.ProgressLine).IsDeclared);

    private static TrialSpec Valid(string json) => Assert.IsType<TrialSpecResult.Valid>(TrialSpecReader.Parse(Encoding.UTF8.GetBytes(json))).Spec;

    private static IReadOnlyList<SpecProblem> Invalid(string json) => Assert.IsType<TrialSpecResult.Invalid>(TrialSpecReader.Parse(Encoding.UTF8.GetBytes(json))).Problems;
}
