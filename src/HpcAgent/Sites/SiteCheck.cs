namespace Scanlock.HpcAgent.Sites;

/// <summary>What <c>check</c> tells an admin: each thing a job needs, whether it is there, and why not.</summary>
internal static class SiteCheck
{
    private const long LowDiskBytes = 10L << 30;

    /// <summary>Prints a line each; 1 when something that jobs cannot do without is missing.</summary>
    public static async Task<int> RunAsync(Site site, TextWriter output, CancellationToken cancellationToken)
    {
        var facts = await SiteFacts.GatherAsync(site, cancellationToken);
        var findings = Findings(site, facts).ToArray();
        foreach (var (level, about, sentence) in findings)
        {
            await output.WriteLineAsync($"{level,-5} {about,-10} {sentence}");
        }

        return findings.Any(f => f.Level == "FAIL") ? 1 : 0;
    }

    private static IEnumerable<(string Level, string About, string Sentence)> Findings(Site site, SiteFacts facts)
    {
        yield return ("ok", "site", $"{site.Name}, key {site.Key.Public.Id}");
        yield return (site.IsStopped ? "warn" : "ok", "switch", site.IsStopped ? "the kill switch is on: nothing runs" : "off");
        yield return facts.Isolation.Ways.Count == 0
            ? ("FAIL", "isolation", facts.Isolation.Problem ?? "no way of isolation works here")
            : (facts.Isolation.Problem is null ? "ok" : "warn", "isolation", $"{string.Join(", ", facts.Isolation.Ways)}. {facts.Isolation.Problem}".TrimEnd('.', ' '));
        foreach (var (digest, place) in facts.Trainers)
        {
            yield return ("ok", "trainer", $"{digest} in {place.Folder}, run as {string.Join(' ', place.Command)}");
        }

        var free = new DriveInfo(site.State.Root).AvailableFreeSpace;
        yield return (free < LowDiskBytes ? "warn" : "ok", "disk", $"{free >> 30} GiB free in {site.State.Root}; the site keeps at most {site.Caps.StorageGiB} GiB");
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20;
        yield return (memory < (long)site.Caps.MemoryMiB * site.Caps.Jobs ? "warn" : "ok", "memory",
            $"{memory} MiB; the caps let {site.Caps.Jobs} jobs take {site.Caps.MemoryMiB} MiB each");
        yield return SwapSpace.InTheClear() is { Count: > 0 } swap
            ? ("warn", "swap", $"not encrypted: {string.Join(", ", swap)}")
            : ("ok", "swap", "none in the clear");
        yield return SystemClock.IsSynchronised
            ? ("ok", "clock", "synchronised")
            : ("warn", "clock", "not known to be synchronised; key releases over 60 s off this clock are refused");
    }
}
