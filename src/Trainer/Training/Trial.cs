using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Data;
using Scanlock.Trainer.Evaluation;
using Scanlock.Trainer.Networks;
using Scanlock.Trainer.Output;
using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Training;

/// <summary>
/// One training: (1) split by patient and hold the permit's minima, (2) draw the network, (3) go through the epochs, saying numbers
/// after each, (4) round the weights as they will be released, (5) evaluate those, (6) write model and metrics.
/// </summary>
internal sealed class Trial(TrialPlan plan, Dataset data, ProgressWriter progress)
{
    private readonly TrialSpec _spec = plan.Spec;

    internal async Task<Outcome> RunAsync(string folder, CancellationToken cancellationToken)
    {
        var made = PatientSplit.For(_spec, data.Samples, plan.Seed);
        if (made is not Result<PatientSplit>.Ok(var split))
        {
            return ((Result<PatientSplit>.Refused)made).Failed;
        }

        var feed = new Loader(data.Items, split.Training, _spec, plan.Seed);
        var validation = new Loader(data.Items, split.Validation, _spec, plan.Seed);
        if (BelowMinima(split, feed) is { } refused)
        {
            return refused;
        }

        if (!TryDevice(out var device))
        {
            return new Outcome.Failed(JobFailures.NoDevice, "device: the spec asks for cuda and there is none here");
        }

        set_num_threads(plan.Threads);
        use_deterministic_algorithms(true);
        manual_seed(plan.Seed);
        using var network = Network.Create(_spec.Network);
        network.to(device);
        var epochs = TrainEpochs(network, feed, split, validation, device, cancellationToken);
        if (epochs is null)
        {
            return new Outcome.Failed(JobFailures.Diverged, "learning_rate: the loss is no longer finite; a smaller one may help");
        }

        Rounding.Round(network, plan.Precision);
        var final = Evaluator.Score(network, validation, _spec.ImageSize, device);
        if (!final.AreFinite)
        {
            return new Outcome.Failed(JobFailures.Diverged, "the network's answers are not finite");
        }

        var metrics = Metrics(network, feed, split, epochs, final);
        await ModelWriter.WriteAsync(network, plan.Precision, folder, cancellationToken);
        await MetricsWriter.WriteAsync(metrics, folder, cancellationToken);
        return new Outcome.Trained(metrics);
    }

    private Outcome.Failed? BelowMinima(PatientSplit split, Loader feed)
    {
        if (feed.StepsPerEpoch == 0)
        {
            return new Outcome.Failed(JobFailures.BadSpec, $"batch: {_spec.Batch} is more than the {split.Training.Count} training slices");
        }

        var patients = Patients(split.Training);
        if (patients < plan.Minima.Patients)
        {
            return new Outcome.Failed(
                JobFailures.BelowMinima, $"the permit asks for {plan.Minima.Patients} training patients; there are {patients}");
        }

        var steps = feed.StepsPerEpoch * _spec.Epochs;
        return steps < plan.Minima.Steps
            ? new Outcome.Failed(
                JobFailures.BelowMinima, $"epochs: the permit asks for {plan.Minima.Steps} steps; {_spec.Epochs} epochs make {steps}")
            : null;
    }

    private bool TryDevice(out Device device)
    {
        var gpu = _spec.Device != "cpu" && cuda.is_available();
        device = gpu ? CUDA : CPU;
        return gpu || _spec.Device != "cuda";
    }

    /// <summary>Null when the training diverged.</summary>
    private List<EpochMetrics>? TrainEpochs(
        Module<Tensor, Tensor> network, Loader feed, PatientSplit split, Loader validation, Device device, CancellationToken cancellationToken)
    {
        var schedule = Schedule.For(_spec, feed.StepsPerEpoch * _spec.Epochs);
        using var optimizer = optim.AdamW(network.parameters(), _spec.LearningRate, weight_decay: _spec.WeightDecay);
        using var weights = ClassWeights(split.Training)?.to(device);
        var epochs = new List<EpochMetrics>();
        for (var epoch = 1; epoch <= _spec.Epochs; epoch++)
        {
            var step = (epoch - 1) * feed.StepsPerEpoch;
            using var scope = NewDisposeScope();
            var sum = zeros([], device: device);
            foreach (var batch in feed.Epoch(epoch))
            {
                cancellationToken.ThrowIfCancellationRequested();
                optimizer.ParamGroups.Single().LearningRate = schedule.At(step++);
                Step(network, optimizer, batch, weights, sum);
            }

            // Asked for once an epoch: each question makes a GPU wait.
            var loss = sum.ToDouble() / feed.StepsPerEpoch;
            var scores = Evaluator.Score(network, validation, _spec.ImageSize, device);
            if (!double.IsFinite(loss) || !scores.AreFinite)
            {
                return null;
            }

            var seen = scores.Metrics();
            epochs.Add(new EpochMetrics(epoch, step, loss, seen.Loss, seen.Accuracy, seen.Auc));
            progress.Say(epochs[^1]);
        }

        return epochs;
    }

    private void Step(Module<Tensor, Tensor> network, AdamW optimizer, Batch batch, Tensor? weights, Tensor sum)
    {
        using var scope = NewDisposeScope();
        var input = NetworkInput.From(batch.Pixels, batch.Count, _spec.ImageSize, sum.device);
        var target = tensor(batch.Classes, [batch.Count]).to(sum.device);
        var loss = functional.cross_entropy(network.call(input), target, weights, label_smoothing: _spec.LabelSmoothing);
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
        sum.add_(loss.detach());
    }

    private Tensor? ClassWeights(IReadOnlyList<Sample> slices)
    {
        if (_spec.ClassWeights == "none")
        {
            return null;
        }

        var positives = slices.Count(s => s.Class == 1);
        float[] weights = [slices.Count / (2f * (slices.Count - positives)), slices.Count / (2f * positives)];
        return tensor(weights, [weights.Length]);
    }

    private TrialMetrics Metrics(
        Module<Tensor, Tensor> network, Loader feed, PatientSplit split, List<EpochMetrics> epochs, Scores final) => new(
        Contracts.Wire.Version, _spec.Task, _spec.Network, _spec.Label, plan.Seed, plan.Precision, __version__,
        network.parameters().Sum(p => p.numel()), feed.StepsPerEpoch * _spec.Epochs, data.Unlabelled,
        Counts(split.Training), Counts(split.Validation), epochs, final.Metrics(), []);

    private static List<ClassCount> Counts(IReadOnlyList<Sample> slices) =>
        [.. slices.GroupBy(s => s.Class).OrderBy(g => g.Key).Select(g => new ClassCount(g.Key, Patients(g), g.Count()))];

    private static int Patients(IEnumerable<Sample> slices) => slices.Select(s => s.Patient).Distinct(StringComparer.Ordinal).Count();
}
