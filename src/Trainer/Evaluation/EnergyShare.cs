namespace Scanlock.Trainer.Evaluation;

/// <summary>How much of a map lies where it should.</summary>
internal static class EnergyShare
{
    /// <summary>The share of the map's sum that lies in the mask; null of a map that is zero everywhere.</summary>
    /// <param name="map">At least 0.</param>
    /// <param name="mask">As many, 0 or 1.</param>
    internal static double? Inside(ReadOnlySpan<float> map, ReadOnlySpan<byte> mask)
    {
        var (inside, all) = (0.0, 0.0);
        for (var i = 0; i < map.Length; i++)
        {
            all += map[i];
            inside += mask[i] == 0 ? 0 : map[i];
        }

        return all > 0 ? inside / all : null;
    }
}
