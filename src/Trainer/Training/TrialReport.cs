using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Data;
using Scanlock.Trainer.Networks;

namespace Scanlock.Trainer.Training;

/// <summary>Puts together what a trial says of itself.</summary>
internal sealed class TrialReport(TrialPlan plan, Dataset data)
{
    /// <summary>Of weights that were trained; everything but the final evaluation.</summary>
    internal TrialMetrics OfTraining(TrainingState state, PatientSplit split) => Of(state.Network, split.Training, split.Validation) with
    {
        Steps = state.Steps,
        PretrainingEpochs = state.Before.PretrainingEpochs,
        Epochs = state.Epochs,
        KeptEpoch = state.KeptEpoch,
    };

    /// <summary>Of weights that were only evaluated; everything but the evaluation.</summary>
    internal TrialMetrics OfEvaluation(Architecture network) => Of(network, [], data.Samples);

    /// <summary>Null where there are as many patients as the permit asks for.</summary>
    /// <param name="which">What they are for, a word.</param>
    internal static Outcome.Failed? TooFewPatients(IReadOnlyList<Sample> samples, Minima minima, string which)
    {
        var patients = Patients(samples);
        return patients < minima.Patients
            ? new Outcome.Failed(JobFailures.BelowMinima, $"the permit asks for {minima.Patients} {which} patients; there are {patients}")
            : null;
    }

    private static int Patients(IEnumerable<Sample> samples) => samples.Select(s => s.Patient).Distinct(StringComparer.Ordinal).Count();

    private static List<ClassCount> Counts(IReadOnlyList<Sample> samples) =>
    [
        .. Enumerable.Range(0, 2).Select(of => samples.Where(s => s.Class == of).ToList())
            .Select((members, of) => new ClassCount(of, Patients(members), members.Count)),
    ];

    private TrialMetrics Of(Architecture network, IReadOnlyList<Sample> training, IReadOnlyList<Sample> validation) => new(
        Wire.Version, plan.Spec.Task, plan.Spec.Network, plan.Spec.Label, plan.Seed, plan.Precision, __version__,
        network.parameters().Sum(p => p.numel()), Steps: 0, data.Unlabelled, data.Report.Counts(), Counts(training), Counts(validation),
        PretrainingEpochs: null, Epochs: [], KeptEpoch: null, Final: null, Scans: null, Segmentation: null, Adversarial: null, Explanation: null,
        Active: null, Withheld: []);
}
