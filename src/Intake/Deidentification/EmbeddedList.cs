namespace Scanlock.Intake.Deidentification;

/// <summary>The lists this folder carries, a line each entry; lines with a # are for the reader.</summary>
internal static class EmbeddedList
{
    internal static IEnumerable<string> Read(string name)
    {
        using var list = new StreamReader(typeof(EmbeddedList).Assembly.GetManifestResourceStream($"Scanlock.Intake.Deidentification.{name}")!);
        while (list.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                yield return line;
            }
        }
    }
}
