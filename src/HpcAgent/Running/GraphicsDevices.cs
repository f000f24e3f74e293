using System.Text.RegularExpressions;

namespace Scanlock.HpcAgent.Running;

/// <summary>The device nodes of graphics processors, which a job sees only when it asked for some.</summary>
internal static partial class GraphicsDevices
{
    /// <summary>The first so many processors of the node, with the nodes that drivers share among them.</summary>
    public static IReadOnlyList<string> Take(int count)
    {
        if (count == 0)
        {
            return [];
        }

        var devices = Directory.EnumerateFiles("/dev").Order(StringComparer.Ordinal).ToArray();
        var render = Directory.Exists("/dev/dri") ? Directory.EnumerateFiles("/dev/dri", "renderD*").Order(StringComparer.Ordinal).Take(count) : [];
        return [.. devices.Where(d => NvidiaCard().IsMatch(d)).Take(count), .. devices.Where(d => Shared().IsMatch(d)), .. render];
    }

    [GeneratedRegex("^/dev/nvidia[0-9]+$", RegexOptions.NonBacktracking)]
    private static partial Regex NvidiaCard();

    [GeneratedRegex("^/dev/(?:nvidiactl|nvidia-uvm|nvidia-uvm-tools|nvidia-modeset|kfd)$", RegexOptions.NonBacktracking)]
    private static partial Regex Shared();
}
