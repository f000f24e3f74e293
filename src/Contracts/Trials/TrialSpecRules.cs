namespace Scanlock.Contracts.Trials;

/// <summary>What fields say of one another: each may be right by itself and the spec still be impossible.</summary>
internal static class TrialSpecRules
{
    internal static IEnumerable<SpecProblem> Check(TrialSpec spec) =>
        [.. Task(spec), .. Evaluation(spec), .. Validation(spec), .. Training(spec), .. Beyond(spec)];

    private static IEnumerable<SpecProblem> Task(TrialSpec spec)
    {
        var network = TrialNetworks.Of(spec.Network);
        if (spec.Task != TrialSpec.Evaluate && spec.Task != network.Task)
        {
            yield return new("network", $"{spec.Network} is made to {network.Task}, not to {spec.Task}");
        }

        if (network.Task == TrialSpec.Classify && spec.Label.Length == 0)
        {
            yield return new("label", "is missing: a classifier needs one");
        }

        if (spec.ImageSize < network.LeastSide)
        {
            yield return new("image_size", $"{spec.Network} needs at least {network.LeastSide}");
        }

        if (spec.Task == TrialSpec.Evaluate && spec.InitialWeights == TrialSpec.FromScratch)
        {
            yield return new("initial_weights", "is none: there is nothing to evaluate");
        }
    }

    /// <summary>An evaluation scores every labelled sample and trains nothing: what says otherwise would be passed over in silence.</summary>
    private static IEnumerable<SpecProblem> Evaluation(TrialSpec spec)
    {
        if (spec.Task != TrialSpec.Evaluate)
        {
            yield break;
        }

        if (spec.Validation.Holdout.Length > 0)
        {
            yield return new("validation.holdout", "is for training: evaluate scores every labelled sample");
        }

        if (spec.Validation.Folds > 0)
        {
            yield return new("validation.folds", "is for training: evaluate scores every labelled sample");
        }

        if (spec.PretrainingEpochs > 0)
        {
            yield return new("pretraining.method", "is for training: evaluate trains nothing");
        }

        if (spec.Adversarial.Share > 0)
        {
            yield return new("adversarial.share", "is for training: evaluate trains nothing");
        }
    }

    private static IEnumerable<SpecProblem> Validation(TrialSpec spec)
    {
        var validation = spec.Validation;
        if (validation.Folds == 1)
        {
            yield return new("validation.folds", "must be 0, or at least 2");
        }

        if (validation.Fold >= Math.Max(1, validation.Folds))
        {
            yield return new("validation.fold", validation.Folds == 0 ? "needs validation.folds" : $"must be from 0 to {validation.Folds - 1}");
        }

        if (validation is { Folds: > 0, Holdout.Length: > 0 })
        {
            yield return new("validation.holdout", "cannot go together with validation.folds");
        }
    }

    private static IEnumerable<SpecProblem> Training(TrialSpec spec)
    {
        var segments = TrialNetworks.Of(spec.Network).Task == TrialSpec.Segment;
        if (!segments && spec.Loss is "dice" or "boundary")
        {
            yield return new("loss", $"{spec.Loss} is for segmentation");
        }

        if (spec.WarmupEpochs >= spec.Epochs && spec.WarmupEpochs > 0)
        {
            yield return new("warmup_epochs", $"must be fewer than the {spec.Epochs} epochs");
        }

        if (spec.Amsgrad && spec.Optimizer == "sgd")
        {
            yield return new("amsgrad", "is of adam and adamw, not of sgd");
        }
    }

    private static IEnumerable<SpecProblem> Beyond(TrialSpec spec)
    {
        var network = TrialNetworks.Of(spec.Network);
        var segments = network.Task == TrialSpec.Segment;
        if (segments && spec.Pretraining.Method != "none")
        {
            yield return new("pretraining.method", "is for classifiers");
        }

        if (segments && spec.Adversarial.Share > 0)
        {
            yield return new("adversarial.share", "is for classifiers");
        }

        if (!segments && spec.Weak is not { Supervision: "full", FlipConsistency: 0, RotationConsistency: 0, Views: 1 })
        {
            yield return new("weak", "is for segmentation");
        }

        if (segments && spec.Explanation != "none")
        {
            yield return new("explanation", "is for classifiers");
        }

        if (spec is { Explanation: "guided_gradcam", Network: "efficientnet_b0" or "mobilenet_v3_small" })
        {
            yield return new("explanation", $"guided_gradcam is for networks of rectifiers; {spec.Network} has others than those");
        }

        if (spec.Active.Passes > 0 && spec.Dropout == 0)
        {
            yield return new("active.passes", "needs dropout above 0");
        }

        if (spec.Active.Passes > 0 && network.Dimensions == 3)
        {
            yield return new("active.passes", $"{spec.Network} is on volumes: regions are of slices");
        }

        if (spec.Weak.Supervision == WeakSupervision.Points && spec is not { Loss: "cross_entropy", LabelSmoothing: 0, ClassWeights: "none" })
        {
            yield return new("weak.supervision", "points go with loss cross_entropy, without label_smoothing and class_weights");
        }

        if (network.Dimensions == 3 && spec.Weak.Views > 2)
        {
            yield return new("weak.views", $"{spec.Network} is on volumes: they have 2 views, as they are and mirrored");
        }

        if (network.Dimensions == 3 && (spec.Pretraining.Method != "none" || spec.Explanation != "none" || spec.Weak.RotationConsistency > 0))
        {
            yield return new("network", $"{spec.Network} is on volumes: pretraining, explanation and rotation_consistency are on slices");
        }
    }
}
