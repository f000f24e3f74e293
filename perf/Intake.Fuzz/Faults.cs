using System.Globalization;
using System.Security.Cryptography;

namespace Scanlock.Intake.Fuzz;

/// <summary>What went wrong, each kind once by its input in a folder, and how often.</summary>
internal sealed class Faults(string folder)
{
    private readonly SortedDictionary<string, int> counts = new(StringComparer.Ordinal);
    private readonly Lock @lock = new();

    internal IReadOnlyDictionary<string, int> Counts => counts;

    internal void Add(string kind, byte[] input)
    {
        lock (@lock)
        {
            counts[kind] = counts.GetValueOrDefault(kind) + 1;
            if (counts[kind] > 3)
            {
                return;
            }
        }

        Directory.CreateDirectory(folder);
        var name = string.Concat(kind.Where(char.IsAsciiLetterOrDigit).Take(60));
        File.WriteAllBytes(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{name}-{Convert.ToHexStringLower(SHA256.HashData(input))[..12]}.dcm")), input);
    }
}
