using System.Text;
using Scanlock.Policy;

namespace Scanlock.Cli.Policies;

/// <summary>A policy file as it was read: the policy, or every problem of it.</summary>
/// <param name="Lines">The file's lines, to show beside a decision.</param>
internal sealed record PolicyFile(string Path, PolicyDocument? Policy, IReadOnlyList<PolicyProblem> Problems, IReadOnlyList<string> Lines)
{
    public static PolicyFile Read(string path)
    {
        var bytes = Bytes(path);
        return PolicyLoader.Load(bytes) switch
        {
            PolicyLoad.Loaded loaded => new(path, loaded.Policy, [], Encoding.UTF8.GetString(bytes).ReplaceLineEndings("\n").Split('\n')),
            PolicyLoad.Refused refused => new(path, null, refused.Problems, []),
            _ => throw new InvalidOperationException("A policy is loaded or refused."),
        };
    }

    /// <summary>The file's bytes, up to one more than the loader takes, so that it can say that there are too many.</summary>
    public static byte[] Bytes(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var buffer = new byte[PolicyLoader.LongestFile + 1];
        return buffer[..file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)];
    }

    /// <summary>The text of a line, without what surrounds it; empty for line 0.</summary>
    public string Line(int number) => number >= 1 && number <= Lines.Count ? Lines[number - 1].Trim() : "";
}

/// <summary>A policy file and what became of its cases.</summary>
internal sealed record TestedFile(PolicyFile File, IReadOnlyList<CaseResult> Results)
{
    public bool Passed => File.Policy is not null && Results.All(result => result.Passed);
}
