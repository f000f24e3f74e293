using System.Globalization;
using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Deidentification;

/// <summary>What the basic profile does to an attribute; several where its type in the object's IOD decides (PS3.15 table E.1-1a).</summary>
[Flags]
internal enum BasicActions
{
    None = 0,
    Remove = 1,
    Empty = 2,
    Replace = 4,
    Remap = 8,
}

/// <summary>What an option does to an attribute.</summary>
internal enum Retention
{
    None,
    Clean,
    Keep,
}

/// <summary>An attribute's line of the table.</summary>
/// <param name="Basic">Without any option.</param>
/// <param name="IsDescriptor">Clean Descriptors cleans it.</param>
/// <param name="IsStructured">Clean Structured Content cleans it.</param>
/// <param name="IsTemporal">Modified Dates moves it.</param>
/// <param name="Characteristic">Under Retain Patient Characteristics.</param>
/// <param name="Device">Under Retain Device Identity.</param>
internal sealed record ProfileRule(
    BasicActions Basic, bool IsDescriptor, bool IsStructured, bool IsTemporal, Retention Characteristic, Retention Device);

/// <summary>PS3.15 table E.1-1: the attributes that may identify, and what is done to each.</summary>
internal static class ConfidentialityProfile
{
    private static readonly Dictionary<uint, ProfileRule> Rules = Read();

    /// <summary>The line of an attribute; null where the table does not name it. Groups that go as a whole are not in it.</summary>
    internal static ProfileRule? Find(DicomTag tag) => Rules.GetValueOrDefault(tag.Value);

    internal static int Count => Rules.Count;

    private static Dictionary<uint, ProfileRule> Read()
    {
        var rules = new Dictionary<uint, ProfileRule>();
        foreach (var line in EmbeddedList.Read("profile.txt"))
        {
            var parts = line.Split(' ');
            var options = parts.Length > 2 ? parts[2] : "";
            rules.Add(uint.Parse(parts[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture), new ProfileRule(
                parts[1].Aggregate(BasicActions.None, (actions, letter) => actions | ActionOf(letter)),
                options.Contains('t'), options.Contains('s'), options.Contains('m'),
                RetentionOf(options, 'p'), RetentionOf(options, 'd')));
        }

        return rules;
    }

    private static BasicActions ActionOf(char letter) => letter switch
    {
        'X' => BasicActions.Remove,
        'Z' => BasicActions.Empty,
        'D' => BasicActions.Replace,
        'U' => BasicActions.Remap,
        _ => throw new InvalidDataException("The embedded table names an action that is none."),
    };

    private static Retention RetentionOf(string options, char letter) =>
        options.Contains(char.ToUpperInvariant(letter)) ? Retention.Keep : options.Contains(letter) ? Retention.Clean : Retention.None;
}
