namespace Scanlock.Trainer.Evaluation;

/// <summary>Cross-entropy of one answer, natural logarithm.</summary>
internal static class LogLoss
{
    /// <summary>The longest loss of a probability that was rounded to 0 or 1: that of the smallest distance a double knows from 1.</summary>
    private const double Least = 1.1102230246251565e-16;

    /// <param name="margin">Logit of class 1 minus logit of class 0.</param>
    internal static double Of(double margin, bool positive) => Softplus(positive ? -margin : margin);

    /// <param name="probability">Of class 1.</param>
    internal static double OfProbability(double probability, bool positive) => -Math.Log(Math.Max(Least, positive ? probability : 1 - probability));

    /// <summary>ln(1 + e^x), without overflow.</summary>
    private static double Softplus(double x) => Math.Max(x, 0) + double.LogP1(Math.Exp(-Math.Abs(x)));
}
