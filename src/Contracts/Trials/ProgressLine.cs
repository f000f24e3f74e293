using System.Text.Json.Serialization;

namespace Scanlock.Contracts.Trials;

/// <summary>One line of the trainer's standard output, written after an epoch.</summary>
/// <param name="Epoch">1, 2, ...</param>
/// <param name="Step">Steps taken since the start.</param>
/// <param name="Values">Numbers by name, only names of <see cref="ProgressNames"/>, all finite.</param>
public sealed record ProgressLine(int V, int Epoch, int Step, IReadOnlyDictionary<string, double> Values) : IVersioned
{
    /// <summary>Longest line, bytes; a longer one is no progress line.</summary>
    public const int MaxBytes = 1024;

    /// <summary>Whether the numbers are ones that may be said.</summary>
    [JsonIgnore]
    public bool IsDeclared => Epoch > 0 && Step >= 0 && Values.Count <= ProgressNames.MostInLine
        && Values.All(v => ProgressNames.All.Contains(v.Key, StringComparer.Ordinal) && double.IsFinite(v.Value));
}

/// <summary>The numbers a job may report while it runs (P6).</summary>
public static class ProgressNames
{
    /// <summary>Mean training loss over the epoch.</summary>
    public const string Loss = "loss";

    public const string ValidationLoss = "validation_loss";
    public const string Accuracy = "accuracy";
    public const string Auc = "auc";

    /// <summary>Pooled over all pixels of the validation part.</summary>
    public const string Dice = "dice";

    /// <summary>A classifier says a loss, a validation loss, accuracy and AUC; who marks lesions says Dice in place of the last two.</summary>
    public const int MostInLine = 4;

    public static IReadOnlyList<string> All { get; } = [Loss, ValidationLoss, Accuracy, Auc, Dice];
}
