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
                1, "classify", "covid", "resnet18", 1, 0, "none", 128, 32, new HuWindow(-500, 1500), new LungPreparation("none", 10_000, 0.1, 50),
                "shuffled", new Augmentation(Flip: true, 10, 0.05, 0.1, 0, 0, 0), new ValidationChoice(0.2, "", "1", 0, 0), 20, 16,
                "cross_entropy", 2, 0, "none", "adamw", 0.001, 0.01, 0.9, Amsgrad: false, "cosine", 0, 10, 0.1, 0, 0, "last", 0,
                new("none", 20, 0.001, 0.2, 1024, 0.99), new AdversarialTraining(0, 0.01, 3, 0.005),
                new("full", 0, 0, 1), new(0, 4, 100), "none", 1000, "auto"),
            spec);
        Assert.Equal(spec, Valid(Encoding.UTF8.GetString(Wire.Write(spec, ContractsJson.Strict.TrialSpec))));
    }

    [Theory]
    [InlineData("""{"label":"covid","network":"resnet18"}""", "v: is missing")]
    [InlineData("""{"v":2,"label":"covid","network":"resnet18"}""", "v: must be 1")]
    [InlineData("""{"v":1,"network":"resnet18"}""", "label: is missing: a classifier needs one")]
    [InlineData("""{"v":1,"label":"co vid","network":"resnet18"}""", "label: must be a name of at most 64 letters, digits, '_', '.' or '-'")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet19"}""", "network: must be one of: ")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","epochs":0}""", "epochs: must be a whole number from 1 to 10000")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","epochs":1.5}""", "epochs: must be a whole number from 1 to 10000")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","epochs":null}""", "epochs: must be a whole number from 1 to 10000")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","learning_rate":0}""", "learning_rate: must be a number above 0 and at most 10")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","learning_rate":1e999}""", "learning_rate: must be a number above 0 and at most 10")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","window":{"width":-1}}""", "window.width: must be a number above 0 and at most 10000")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","window":7}""", "window: must be an object")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","augmentation":{"flip":1}}""", "augmentation.flip: must be true or false")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","augmentation":{"flop":true}}""", "augmentation.flop: unknown field; known here: flip, rotate, shift, scale, noise, gamma, elastic")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","channels":2}""", "channels: must be one of: 1, 3")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","initial_weights":"sha256:00"}""", "initial_weights: must be none, or sha256: and 64 hexadecimal digits")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","task":"segment"}""", "network: resnet18 is made to classify, not to segment")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","task":"evaluate"}""", "initial_weights: is none: there is nothing to evaluate")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","task":"evaluate","validation":{"holdout":"split"}}""", "validation.holdout: is for training: evaluate scores every labelled sample")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","task":"evaluate","validation":{"folds":5}}""", "validation.folds: is for training: evaluate scores every labelled sample")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","task":"evaluate","pretraining":{"method":"rotation"}}""", "pretraining.method: is for training: evaluate trains nothing")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","task":"evaluate","adversarial":{"share":0.5}}""", "adversarial.share: is for training: evaluate trains nothing")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","loss":"dice"}""", "loss: dice is for segmentation")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","optimizer":"sgd","amsgrad":true}""", "amsgrad: is of adam and adamw, not of sgd")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","epochs":5,"warmup_epochs":5}""", "warmup_epochs: must be fewer than the 5 epochs")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","validation":{"folds":1}}""", "validation.folds: must be 0, or at least 2")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","validation":{"folds":5,"fold":5}}""", "validation.fold: must be from 0 to 4")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","validation":{"fold":1}}""", "validation.fold: needs validation.folds")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","validation":{"folds":5,"holdout":"split"}}""", "validation.holdout: cannot go together with validation.folds")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","weak":{"supervision":"points"}}""", "weak: is for segmentation")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","active":{"passes":5}}""", "active.passes: needs dropout above 0")]
    [InlineData("""{"v":1,"task":"segment","network":"unet3d","dropout":0.5,"active":{"passes":5}}""", "active.passes: unet3d is on volumes: regions are of slices")]
    [InlineData("""{"v":1,"task":"segment","network":"unet","loss":"dice","weak":{"supervision":"points"}}""", "weak.supervision: points go with loss cross_entropy, without")]
    [InlineData("""{"v":1,"task":"segment","network":"unet","class_weights":"balanced","weak":{"supervision":"points"}}""", "weak.supervision: points go with loss cross_entropy, without")]
    [InlineData("""{"v":1,"task":"segment","network":"unet3d","weak":{"views":3}}""", "weak.views: unet3d is on volumes: they have 2 views")]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","v":1}""", "v: given twice")]
    [InlineData("""{"v":1,"task":"segment","network":"unet","adversarial":{"share":0.5}}""", "adversarial.share: is for classifiers")]
    [InlineData("""{"v":1,"label":"covid","network":"efficientnet_b0","explanation":"guided_gradcam"}""", "explanation: guided_gradcam is for networks of rectifiers")]
    [InlineData("[]", "must be an object")]
    [InlineData("{", "not JSON: line 1, byte 2")]
    public void An_impossible_spec_is_refused_by_the_path_of_the_field(string json, string problem) =>
        Assert.Contains(Invalid(json), p => p.ToString().StartsWith(problem, StringComparison.Ordinal));

    [Fact]
    public void All_problems_are_reported_not_only_the_first() =>
        Assert.Equal(["oops", "network", "batch", "device"], Invalid("""{"v":1,"oops":1,"batch":0,"device":"tpu"}""").Select(p => p.Path));

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
    public void The_guide_says_of_every_field_what_it_may_be_and_what_it_is_when_left_out()
    {
        var guide = File.ReadAllText(Path.Combine(Repository.Root, "docs", "trial-spec.md"));

        Assert.EndsWith(FieldTable.Of(TrialSpecFields.All), guide, StringComparison.Ordinal);
    }

    [Fact]
    public void The_schema_requires_what_the_reader_requires()
    {
        var required = TrialSpecSchema.Create()["required"]!.AsArray().Select(n => n!.GetValue<string>());

        Assert.Equal(["v", "network"], required);
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
