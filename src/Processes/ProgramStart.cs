namespace Scanlock.Processes;

/// <summary>
/// A program to start: a path, its arguments as a list (no shell ever sees them) and all it is given. The environment is exactly
/// <see cref="Environment"/>; nothing is inherited that is not named.
/// </summary>
public sealed record ProgramStart(string File, IReadOnlyList<string> Arguments)
{
    public ProgramStart(string file, params string[] arguments) : this(file, (IReadOnlyList<string>)arguments) { }

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The directory it starts in; the caller's own where null.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>
    /// Contents it may read as open descriptors: the first is descriptor <see cref="FirstAttachment"/>, the next one more, and so on.
    /// They live in memory only.
    /// </summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Attachments { get; init; } = [];

    /// <summary>The descriptor number of the first attachment.</summary>
    public const int FirstAttachment = 3;

    /// <summary>The same program, with these variables of the caller's environment where they are set.</summary>
    public ProgramStart Inheriting(params ReadOnlySpan<string> names)
    {
        var environment = new Dictionary<string, string>(Environment, StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (System.Environment.GetEnvironmentVariable(name) is { } value)
            {
                environment[name] = value;
            }
        }

        return this with { Environment = environment };
    }
}
