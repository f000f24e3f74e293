using System.Text.Json.Serialization;

namespace Scanlock.Contracts.Intake;

/// <summary>What of an object with masks counts.</summary>
/// <param name="Regions">The names of the regions of interest, or the labels of the segments, that count; empty where all do. Heeded, never kept.</param>
/// <param name="OfVolume">Whether the object is the mask of a NIfTI volume, and not such a volume itself.</param>
public sealed record MaskTask(IReadOnlyList<string> Regions, bool OfVolume)
{
    public const int MaxRegions = 64;

    /// <summary>Only the type's name: what a region is called must not reach a log by accident.</summary>
    public override string ToString() => nameof(MaskTask);
}

/// <summary>How a mask marks pixels.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MaskForm>))]
public enum MaskForm
{
    /// <summary>One bit a pixel, row by row without gaps, the lowest bit of a byte first (PS3.5 annex D); 1 is marked.</summary>
    [JsonStringEnumMemberName("bitmap")]
    Bitmap,

    /// <summary>
    /// Closed polygons: of each a uint32 count and as many points, each x, y, z as float64, little endian, mm in patient coordinates. Marked is
    /// what an odd number of them encloses, so that one in another is a hole.
    /// </summary>
    [JsonStringEnumMemberName("contours")]
    Contours,
}

/// <summary>Where a mask lies, and in which form.</summary>
/// <param name="Rows">Of a bitmap; 0 of contours.</param>
/// <param name="Columns">Likewise.</param>
/// <param name="Position">mm in patient coordinates: the centre of a bitmap's first pixel, or a point of a contour; null where the object does not say.</param>
/// <param name="Orientation">Direction cosines of a bitmap's row and column; null where the object does not say, and of contours.</param>
public sealed record MaskFacts(MaskForm Form, int Rows, int Columns, IReadOnlyList<double>? Position, IReadOnlyList<double>? Orientation);

/// <summary>One slice's mask, or a part of it: what two masks of a slice mark is marked. For the host's memory only, like <see cref="IntakeHead"/>.</summary>
/// <param name="Number">Its number in the object, from 0.</param>
/// <param name="SopInstanceUid">The image it is of; null where only the place tells.</param>
/// <param name="Frame">The frame of that image, from 0; null where all of its frames are meant.</param>
/// <param name="SeriesUid">The series it is of; null where the object does not say, and for a mask of a volume.</param>
/// <param name="Facts">Where it lies.</param>
public sealed record IntakeMask(int Number, string? SopInstanceUid, int? Frame, string? SeriesUid, MaskFacts Facts)
{
    /// <inheritdoc cref="IntakeHead.ToString"/>
    public override string ToString() => nameof(IntakeMask);
}
