using System.Text;
using System.Text.Json.Nodes;
using Scanlock.Contracts;
using Scanlock.Contracts.Trials;
using static Scanlock.Egress.Tests.MetricsExit;

namespace Scanlock.Egress.Tests;

/// <summary>The exit for metrics: a closed schema, numbers that agree, none about too few.</summary>
[Trait("promise", "P6")]
public sealed class MetricsGateTests
{
    [Fact]
    public void Honest_metrics_pass_with_every_number()
    {
        var accepted = Accepted(Sample.Metrics);

        Assert.Empty(accepted.Metrics.Withheld);
        Assert.Equal(Sample.Metrics.Final!.TruePositives, accepted.Metrics.Final!.TruePositives);
        Assert.Equal(Sample.Metrics.Epochs.Count, accepted.Metrics.Epochs.Count);
        Assert.All(accepted.Checks, check => Assert.DoesNotContain("safe", check, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void The_gate_gives_the_same_bytes_for_the_same_metrics_however_they_were_written()
    {
        var json = Json(Sample.Metrics);
        var shuffled = new JsonObject(json.Reverse().Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())));

        var once = Accepted(Sample.Metrics).Canonical;
        var loosely = Pass(Encoding.UTF8.GetBytes(shuffled.ToJsonString(new() { WriteIndented = true })));

        Assert.Equal(once, Assert.IsType<MetricsVerdict.Accepted>(loosely).Canonical);
        Assert.Equal(once, Wire.Write(Accepted(Sample.Metrics).Metrics, ContractsJson.Strict.TrialMetrics));
    }

    [Fact]
    public void Numbers_are_rounded_to_six_significant_digits()
    {
        var metrics = Accepted(Sample.Metrics).Metrics;

        Assert.Equal(0.693147, metrics.Epochs[0].Loss);
        Assert.Equal(0.512346, metrics.Epochs[1].Loss);
        Assert.Equal(0.866667, metrics.Final!.Specificity);
    }

    [Fact]
    public void Of_libtorch_only_the_three_numbers_of_its_version_leave()
    {
        Assert.Equal("2.5.1", Accepted(Sample.Metrics with { Libtorch = "2.5.1+cu124" }).Metrics.Libtorch);
        Refused(Sample.Metrics with { Libtorch = "MARKER" }, "no version of libtorch");
        Refused(Sample.Metrics with { Libtorch = "1.2.3\n" }, "no version of libtorch");
        Refused(Sample.Metrics with { Libtorch = "1.2.3 MARKER" }, "no version of libtorch");
    }

    public static TheoryData<string, string> Unfit => new()
    {
        { "no JSON", "MARKER" },
        { "no object", "[]" },
        { "nothing", "" },
        { "null", "null" },
        { "a stray field", Edited(json => json["MARKER"] = 1) },
        { "a stray field deep inside", Edited(json => json["final"]!["MARKER"] = "x") },
        { "a missing field", Edited(json => json.Remove("seed")) },
        { "text where a number belongs", Edited(json => json["final"]!["auc"] = "MARKER") },
        { "a number that is none", Json(Sample.Metrics).ToJsonString().Replace("\"auc\":0.875", "\"auc\":NaN", StringComparison.Ordinal) },
        { "a field twice", Json(Sample.Metrics).ToJsonString().Replace("\"v\":1", "\"v\":1,\"v\":1", StringComparison.Ordinal) },
        { "another version", Edited(json => json["v"] = 2) },
        { "a list that is none", Edited(json => json["epochs"] = null) },
        { "something after the end", Json(Sample.Metrics).ToJsonString() + "MARKER" },
    };

    [Theory]
    [MemberData(nameof(Unfit))]
    public void What_does_not_fit_the_schema_is_refused_without_quoting_it(string what, string json)
    {
        Assert.NotEmpty(what);
        Refused(Pass(Encoding.UTF8.GetBytes(json)), "do not fit their schema");
    }

    [Fact]
    public void Metrics_beyond_the_bytes_that_are_read_are_refused() =>
        Refused(Pass(new byte[MetricsGate.MaxBytes + 1]), "more than the 4194304 bytes");

    public static TheoryData<string, Func<TrialMetrics, TrialMetrics>, string> Dishonest => new()
    {
        { "another label", metrics => metrics with { Label = "MARKER" }, "another task, network, label or seed" },
        { "another task", metrics => metrics with { Task = "MARKER" }, "another task, network, label or seed" },
        { "another network", metrics => metrics with { Network = "MARKER" }, "another task, network, label or seed" },
        { "another seed", metrics => metrics with { Seed = 8 }, "another task, network, label or seed" },
        { "another precision", metrics => metrics with { Precision = "f32" }, "another precision" },
        { "more parameters", metrics => metrics with { Parameters = 12 }, "count other parameters" },
        { "withheld by the job", metrics => metrics with { Withheld = [new("MARKER", "MARKER")] }, "that is for this gate to do" },
        { "more steps", metrics => metrics with { Steps = 25 }, "steps are not those" },
        { "a negative count of what had no label", metrics => metrics with { Unlabelled = -1 }, "do not count" },
        { "one class", metrics => metrics with { Training = [metrics.Training[0]] }, "do not count" },
        { "classes in another order", metrics => metrics with { Training = [metrics.Training[1], metrics.Training[0]] }, "do not count" },
        { "a third class", metrics => metrics with { Validation = [.. metrics.Validation, new(2, 5, 5)] }, "do not count" },
        { "a class that is nothing", metrics => metrics with { Training = [metrics.Training[0], null!] }, "do not count" },
        { "a class without its count", metrics => metrics with { Training = [metrics.Training[0], metrics.Training[1] with { Patients = null }] }, "do not count" },
        { "more patients than samples", metrics => metrics with { Training = [metrics.Training[0], metrics.Training[1] with { Patients = 41 }] }, "do not count" },
        { "an epoch too few", metrics => metrics with { Epochs = [metrics.Epochs[0]] }, "another number of epochs" },
        { "an epoch too many", metrics => metrics with { Epochs = [.. metrics.Epochs, metrics.Epochs[1]] }, "another number of epochs" },
        { "an epoch that is nothing", metrics => metrics with { Epochs = [metrics.Epochs[0], null!] }, "another number of epochs" },
        { "an epoch of another number", metrics => metrics with { Epochs = [metrics.Epochs[0], metrics.Epochs[1] with { Epoch = 77 }] }, "not numbered from 1" },
        { "an epoch of other steps", metrics => metrics with { Epochs = [metrics.Epochs[0] with { Step = 13 }, metrics.Epochs[1]] }, "not numbered from 1" },
        { "a negative loss", metrics => metrics with { Epochs = [metrics.Epochs[0] with { Loss = -1 }, metrics.Epochs[1]] }, "out of its range" },
        { "a loss that is missing", metrics => metrics with { Epochs = [metrics.Epochs[0] with { ValidationLoss = null }, metrics.Epochs[1]] }, "out of its range" },
        { "an accuracy above one", metrics => metrics with { Epochs = [metrics.Epochs[0] with { Accuracy = 1.01 }, metrics.Epochs[1]] }, "out of its range" },
        { "an AUC above one", metrics => metrics with { Final = metrics.Final! with { Auc = 65.83 } }, "out of its range" },
        { "a count that is missing", metrics => metrics with { Final = metrics.Final! with { TruePositives = null } }, "lack a count" },
        { "a negative count", metrics => metrics with { Final = metrics.Final! with { TruePositives = -1, FalseNegatives = 11 } }, "lack a count" },
        { "counts beyond the samples", metrics => metrics with { Final = metrics.Final! with { TruePositives = 8 } }, "answer each validation sample once" },
        { "an accuracy of its own", metrics => metrics with { Final = metrics.Final! with { Accuracy = 0.81 } }, "does not follow from the counts" },
        { "a sensitivity of its own", metrics => metrics with { Final = metrics.Final! with { Sensitivity = 0.71 } }, "does not follow from the counts" },
        { "a specificity with something in its last digits", metrics => metrics with { Final = metrics.Final! with { Specificity = (13 / 15.0) + 1e-8 } }, "does not follow from the counts" },
    };

    [Theory]
    [MemberData(nameof(Dishonest))]
    public void Metrics_that_cannot_be_this_jobs_are_refused(string what, Func<TrialMetrics, TrialMetrics> change, string reason)
    {
        Assert.NotEmpty(what);
        Refused(change(Sample.Metrics), reason);
    }

    [Fact]
    public void Fewer_steps_than_the_permit_asks_for_are_refused() =>
        Refused(MetricsGate.Pass(Bytes(Sample.Metrics), Sample.Rules with { Minima = Sample.Rules.Minima with { Steps = 25 } }), "fewer than the permit's 25 steps");

    [Fact]
    public void Fewer_steps_of_the_weights_kept_or_fewer_patients_than_the_permit_asks_for_are_refused()
    {
        var best = Sample.Rules with { Spec = Sample.Rules.Spec with { Keep = "best" }, Minima = Sample.Rules.Minima with { Steps = 13 } };
        Accepted(Sample.Metrics with { KeptEpoch = 2 }, best);
        Refused(Sample.Metrics with { KeptEpoch = 1 }, "kept took fewer than the permit's 13 steps", best);

        Accepted(Sample.Metrics, Sample.Rules with { Minima = Sample.Rules.Minima with { Patients = 22 } });
        Refused(Sample.Metrics, "fewer than the permit's 23 patients", Sample.Rules with { Minima = Sample.Rules.Minima with { Patients = 23 } });
        Refused(Sample.Evaluation, "fewer than the permit's 8 patients", Sample.EvaluationRules with { Minima = Sample.Rules.Minima with { Patients = 8 } });
    }

    [Fact]
    public void Numbers_about_too_few_positives_are_withheld_with_the_reason_and_the_others_stay()
    {
        var few = Sample.Metrics with
        {
            Validation = [Sample.Metrics.Validation[0], Sample.Metrics.Validation[1] with { Patients = 2 }],
            Scans = Sample.Metrics.Scans! with { Counts = [new(0, 3, 4), new(1, 2, 3)] },
        };

        var metrics = Accepted(few).Metrics;

        Assert.Equal(new(null, null, null, null, null, null, null, 0.866667, null, null, null, 2, 13, null, null), metrics.Final);
        Assert.Equal([new(0, null, null), new(1, null, null)], metrics.Validation);
        Assert.Equal(Sample.Metrics.Training, metrics.Training);
        Assert.All(metrics.Epochs, epoch => Assert.True(epoch is { Loss: not null, ValidationLoss: null, Accuracy: null, Auc: null }));
        Assert.All(metrics.Withheld, withheld => Assert.Equal("fewer than 3 patients of class 1", withheld.Reason));
        Assert.Equal(
            "epochs.accuracy epochs.auc epochs.validation_loss final.accuracy final.auc final.calibration_error final.f1 final.false_negatives final.loss "
            + "final.odds_ratio final.precision final.prg_area final.sensitivity final.true_positives unlabelled "
            + "validation.0.patients validation.0.samples validation.1.patients validation.1.samples",
            string.Join(' ', metrics.Withheld.Select(withheld => withheld.Path).Where(path => path.Split('.')[0] is not ("preparation" or "scans"))));
    }

    [Fact]
    public void Too_few_training_patients_withhold_the_training_loss_and_the_counts_of_both_classes()
    {
        var few = Sample.Metrics with { Training = [Sample.Metrics.Training[0] with { Patients = 1 }, Sample.Metrics.Training[1]] };

        var metrics = Accepted(few).Metrics;

        Assert.Equal([new(0, null, null), new(1, null, null)], metrics.Training);
        Assert.All(metrics.Epochs, epoch => Assert.True(epoch is { Loss: null, ValidationLoss: not null, Accuracy: not null }));
        Assert.Equal(0.8, metrics.Final!.Accuracy);
    }

    [Fact]
    public void Exactly_the_smallest_number_of_patients_is_enough() =>
        Assert.NotNull(Accepted(Sample.Metrics with { Validation = [Sample.Metrics.Validation[0], Sample.Metrics.Validation[1] with { Patients = 3 }] }).Metrics.Final!.Auc);

    [Fact]
    public void What_could_not_be_computed_is_null_with_that_reason()
    {
        var metrics = Accepted(Sample.Metrics with { Final = Sample.Metrics.Final! with { Auc = null } }).Metrics;

        Assert.Equal(new WithheldMetric("final.auc", "cannot be computed from this data"), Assert.Single(metrics.Withheld));
    }

    [Fact]
    public void Epochs_beyond_the_permitted_progress_values_are_left_out()
    {
        var rules = Sample.Rules with { Bounds = Sample.Rules.Bounds with { ProgressValues = 7 } };

        var metrics = Assert.IsType<MetricsVerdict.Accepted>(MetricsGate.Pass(Bytes(Sample.Metrics), rules)).Metrics;

        Assert.Single(metrics.Epochs);
        Assert.Equal(new WithheldMetric("epochs", "the permit's progress_values have room for only 1 of 2 epochs"), Assert.Single(metrics.Withheld));
    }

    [Fact]
    public void Whatever_byte_is_changed_the_gate_answers_and_quotes_nothing()
    {
        var dice = new Random(3);
        var bytes = Bytes(Sample.Metrics);
        for (var turn = 0; turn < 5_000; turn++)
        {
            var changed = (byte[])bytes.Clone();
            changed[dice.Next(changed.Length)] = (byte)dice.Next(256);
            if (Pass(changed) is MetricsVerdict.Accepted accepted)
            {
                Assert.Equal(accepted.Canonical, Wire.Write(accepted.Metrics, ContractsJson.Strict.TrialMetrics));
            }
        }
    }

    private static string Edited(Action<JsonObject> edit)
    {
        var json = Json(Sample.Metrics);
        edit(json);
        return json.ToJsonString();
    }

    private static JsonObject Json(TrialMetrics metrics) => JsonNode.Parse(Bytes(metrics))!.AsObject();
}
