using System.Diagnostics.CodeAnalysis;

namespace Scanlock.Envelope;

/// <summary>Either what was opened, or why it was refused; never both.</summary>
public readonly struct Opening<T>
    where T : notnull
{
    private Opening(T? value, EnvelopeRefusal? refusal) => (Value, Refusal) = (value, refusal);

    public T? Value { get; }

    public EnvelopeRefusal? Refusal { get; }

    [MemberNotNullWhen(false, nameof(Value))]
    [MemberNotNullWhen(true, nameof(Refusal))]
    public bool IsRefused => Refusal is not null;

    public static implicit operator Opening<T>(T value) => new(value, null);

    public static implicit operator Opening<T>(EnvelopeRefusal refusal) => new(default, refusal);

    /// <summary>Never the value: that may be in clear.</summary>
    public override string ToString() => IsRefused ? $"refused: {Refusal.Message}" : "opened";

    /// <summary>The value where the caller knows it cannot have been refused; a refusal here is a bug.</summary>
    public T Unwrap() => IsRefused ? throw new InvalidOperationException(ToString()) : Value;
}
