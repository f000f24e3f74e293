using Scanlock.Contracts;
using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Output;

/// <summary>
/// Says one line after an epoch, and no more numbers in all than the permit allows: with a tight bound only every second, third, ...
/// epoch speaks, and the last always does, even if it comes before its time.
/// </summary>
internal sealed class ProgressWriter(Stream output, int epochs, int mostValues)
{
    private readonly int _every = Every(epochs, mostValues);

    internal void Say(EpochMetrics epoch, bool isLast)
    {
        // Counted back from the last planned, so that this is one of those that speak; one that ends the training early speaks for it.
        if (_every == 0 || (!isLast && (epochs - epoch.Epoch) % _every != 0))
        {
            return;
        }

        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        Add(ProgressNames.Loss, epoch.Loss);
        Add(ProgressNames.ValidationLoss, epoch.ValidationLoss);
        Add(ProgressNames.Accuracy, epoch.Accuracy);
        Add(ProgressNames.Auc, epoch.Auc);
        Add(ProgressNames.Dice, epoch.Dice);
        output.Write(Wire.Write(new ProgressLine(Wire.Version, epoch.Epoch, epoch.Step, values), ContractsJson.Strict.ProgressLine));
        output.Write("\n"u8);
        output.Flush();

        void Add(string name, double? value)
        {
            if (value is { } number)
            {
                values.Add(name, number);
            }
        }
    }

    private static int Every(int epochs, int mostValues)
    {
        var lines = mostValues / ProgressNames.MostInLine;
        return lines == 0 ? 0 : (epochs + lines - 1) / lines;
    }
}
