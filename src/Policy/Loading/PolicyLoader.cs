using System.Text;
using Scanlock.Contracts;

namespace Scanlock.Policy;

/// <summary>What comes of reading a policy file.</summary>
public abstract record PolicyLoad
{
    private PolicyLoad()
    {
    }

    public sealed record Loaded(PolicyDocument Policy) : PolicyLoad;

    /// <summary>The file is not a policy. Every problem is listed, in the file's order; there is at least one.</summary>
    public sealed record Refused(IReadOnlyList<PolicyProblem> Problems) : PolicyLoad;
}

/// <summary>Reads policy files strictly: whatever is not understood is a problem with a place, and a file with a problem is no policy.</summary>
public static class PolicyLoader
{
    /// <summary>The longest policy file that is read, bytes.</summary>
    public const int LongestFile = 256 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static PolicyLoad Load(ReadOnlySpan<byte> file)
    {
        var problems = new Problems();
        var policy = Text(file, problems) is { } text && YamlTree.Read(text, problems) is { } top
            ? PolicyReader.Read(top, Sha256Digest.Of(file), problems)
            : null;
        return policy is null || problems.Any ? new PolicyLoad.Refused(problems.InOrder()) : new PolicyLoad.Loaded(policy);
    }

    /// <summary>Reads the request of a case from a file of its own; every problem comes back instead where there is one.</summary>
    public static (CaseRequest? Request, IReadOnlyList<PolicyProblem> Problems) LoadRequest(ReadOnlySpan<byte> file)
    {
        var problems = new Problems();
        var section = Text(file, problems) is { } text && YamlTree.Read(text, problems) is { } top
            ? Section.Open(top, PolicyShape.Request, "request", problems)
            : null;
        var request = section is null ? null : CaseReader.Request(section);
        return problems.Any ? (null, problems.InOrder()) : (request, []);
    }

    private static string? Text(ReadOnlySpan<byte> file, Problems problems)
    {
        if (file.Length > LongestFile)
        {
            problems.Add(new Place(1, 1), $"the file has {file.Length} bytes; a policy has at most {LongestFile}");
            return null;
        }

        try
        {
            return StrictUtf8.GetString(file.StartsWith("\uFEFF"u8) ? file[3..] : file);
        }
        catch (DecoderFallbackException broken)
        {
            problems.Add(PlaceOf(file, broken.Index), "this byte is not UTF-8 text");
            return null;
        }
    }

    private static Place PlaceOf(ReadOnlySpan<byte> file, int index)
    {
        var before = file[..Math.Clamp(index, 0, file.Length)];
        return new Place(before.Count((byte)'\n') + 1, before.Length - before.LastIndexOf((byte)'\n'));
    }
}
