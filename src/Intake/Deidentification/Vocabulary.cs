namespace Scanlock.Intake.Deidentification;

/// <summary>
/// Words of protocols, devices and everyday language, and of institutions and addresses. Where an institution or an address is made of them,
/// they do not identify alone: <c>Chest Clinic</c> must not empty every description of a chest.
/// </summary>
internal static class Vocabulary
{
    private static readonly HashSet<string> Technical = Read("vocabulary.txt");

    private static readonly HashSet<string> Places = Read("places.txt");

    /// <param name="folded">A word in small letters, without accents.</param>
    internal static bool Has(string folded) => Technical.Contains(folded) || Places.Contains(folded);

    /// <summary>Whether it is hardly ever a person's name: <c>West</c> is, <c>axial</c> is not.</summary>
    /// <inheritdoc cref="Has"/>
    internal static bool IsTechnical(string folded) => Technical.Contains(folded);

    private static HashSet<string> Read(string name) => EmbeddedList.Read(name).SelectMany(line => line.Split(' ')).ToHashSet(StringComparer.Ordinal);
}
