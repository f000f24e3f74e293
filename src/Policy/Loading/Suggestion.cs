namespace Scanlock.Policy;

/// <summary>Finds what somebody probably meant to write.</summary>
internal static class Suggestion
{
    private const int LongestWord = 64;

    /// <summary>" (did you mean 'x'?)" for the nearest of <paramref name="known"/>, or nothing where none is near.</summary>
    public static string For(string word, IEnumerable<string> known)
    {
        if (word.Length > LongestWord)
        {
            return "";
        }

        var nearest = known
            .Select(candidate => (candidate, distance: Distance(word.ToUpperInvariant(), candidate.ToUpperInvariant())))
            .OrderBy(pair => pair.distance).ThenBy(pair => pair.candidate, StringComparer.Ordinal)
            .FirstOrDefault();
        var tolerated = Math.Max(1, word.Length / 3);
        return nearest.candidate is not null && nearest.distance <= tolerated ? $" (did you mean '{nearest.candidate}'?)" : "";
    }

    /// <summary>Edits between two words, two swapped neighbours counting as one (optimal string alignment).</summary>
    private static int Distance(string a, string b)
    {
        var edits = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            edits[i, 0] = i;
        }

        for (var j = 0; j <= b.Length; j++)
        {
            edits[0, j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var changed = a[i - 1] == b[j - 1] ? 0 : 1;
                var best = Math.Min(Math.Min(edits[i - 1, j] + 1, edits[i, j - 1] + 1), edits[i - 1, j - 1] + changed);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    best = Math.Min(best, edits[i - 2, j - 2] + 1);
                }

                edits[i, j] = best;
            }
        }
        return edits[a.Length, b.Length];
    }
}
