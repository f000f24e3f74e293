using System.Globalization;
using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Deidentification;

/// <summary>
/// The private elements known to hold nothing that identifies (PS3.15 E.3.10), by who defined them: the creator, the group, and the number in
/// the creator's block, wherever in the group an object has that block.
/// </summary>
internal sealed class SafePrivate
{
    private readonly HashSet<(string Creator, ushort Group, byte Element)> elements;

    /// <exception cref="FormatException">An entry is not <c>CREATOR,gggg,ee</c> with an odd group.</exception>
    internal SafePrivate(IEnumerable<string> entries) => elements = [.. entries.Select(Parse)];

    internal bool Any => elements.Count > 0;

    internal bool Has(string creator, DicomTag tag) => elements.Contains((creator, tag.Group, (byte)tag.Element));

    private static (string, ushort, byte) Parse(string entry)
    {
        // A creator's name may have commas; numbers do not.
        var parts = entry.Split(',');
        return parts.Length >= 3
            && ushort.TryParse(parts[^2].Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var group) && (group & 1) == 1
            && byte.TryParse(parts[^1].Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var element)
            && string.Join(',', parts[..^2]).Trim() is { Length: > 0 } creator
                ? (creator, group, element)
                : throw new FormatException("A safe private element is named CREATOR,gggg,ee: its creator, its odd group and its number in the block, in hexadecimal digits.");
    }
}
