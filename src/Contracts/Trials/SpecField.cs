namespace Scanlock.Contracts.Trials;

/// <summary>What one field of a spec may be. Reader, JSON Schema and documentation are all made from these.</summary>
/// <param name="Says">One line for the person who writes the spec.</param>
public abstract record SpecField(string Name, string Says)
{
    /// <summary>Whether a spec may leave the field out.</summary>
    public abstract bool MayBeLeftOut { get; }
}

/// <param name="Step">Distance between the values that are allowed, counted from <paramref name="Min"/>.</param>
public sealed record IntegerField(string Name, string Says, long Min, long Max, long? Default = null, long Step = 1) : SpecField(Name, Says)
{
    public override bool MayBeLeftOut => Default is not null;
}

/// <param name="Above">True where <paramref name="Min"/> itself is refused.</param>
public sealed record NumberField(string Name, string Says, double Min, double Max, double Default, bool Above = false)
    : SpecField(Name, Says)
{
    public override bool MayBeLeftOut => true;
}

public sealed record FlagField(string Name, string Says, bool Default) : SpecField(Name, Says)
{
    public override bool MayBeLeftOut => true;
}

/// <summary>One of a closed list of words.</summary>
public sealed record ChoiceField(string Name, string Says, IReadOnlyList<string> Choices, string? Default = null) : SpecField(Name, Says)
{
    public override bool MayBeLeftOut => Default is not null;
}

/// <summary>A name that someone chose: letters, digits and <c>_ . -</c>, starting with a letter or digit.</summary>
/// <param name="Default">Empty for no name.</param>
public sealed record NameField(string Name, string Says, int MaxLength, string? Default = null) : SpecField(Name, Says)
{
    public override bool MayBeLeftOut => Default is not null;

    public string Pattern => $"^{(Default is "" ? "(" : "")}[A-Za-z0-9][A-Za-z0-9_.-]{{0,{MaxLength - 1}}}{(Default is "" ? ")?" : "")}$";
}

/// <summary>A SHA-256 digest as <c>sha256:HEX</c>, or the word <paramref name="Default"/> for none.</summary>
public sealed record DigestField(string Name, string Says, string Default) : SpecField(Name, Says)
{
    public override bool MayBeLeftOut => true;

    public string Pattern => $"^({Default}|sha256:[0-9a-f]{{64}})$";
}

public sealed record GroupField(string Name, string Says, IReadOnlyList<SpecField> Fields) : SpecField(Name, Says)
{
    public override bool MayBeLeftOut => Fields.All(f => f.MayBeLeftOut);
}
