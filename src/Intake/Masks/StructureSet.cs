using System.Globalization;
using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Masks;

/// <summary>
/// The closed planar contours of an RT Structure Set (PS3.3 A.19.3, C.8.8.6). A contour is of the image it names, or else of the only series the
/// object refers to, wherever in it the contour lies. Contours of one region in one plane go together, so that the inner ones are holes.
/// </summary>
internal static class StructureSet
{
    private static readonly DicomTag Regions = new(0x3006, 0x0020);
    private static readonly DicomTag RegionNumber = new(0x3006, 0x0022);
    private static readonly DicomTag RegionName = new(0x3006, 0x0026);
    private static readonly DicomTag RegionContours = new(0x3006, 0x0039);
    private static readonly DicomTag ReferencedRegion = new(0x3006, 0x0084);
    private static readonly DicomTag Contours = new(0x3006, 0x0040);
    private static readonly DicomTag GeometricType = new(0x3006, 0x0042);
    private static readonly DicomTag PointCount = new(0x3006, 0x0046);
    private static readonly DicomTag ContourData = new(0x3006, 0x0050);
    private static readonly DicomTag ContourImages = new(0x3006, 0x0016);
    private static readonly DicomTag FramesOfReference = new(0x3006, 0x0010);
    private static readonly DicomTag Studies = new(0x3006, 0x0012);
    private static readonly DicomTag Series = new(0x3006, 0x0014);
    private static readonly DicomTag SeriesUid = new(0x0020, 0x000e);

    /// <exception cref="DicomException">The object contradicts itself, or a contour cannot be placed.</exception>
    internal static void Say(DicomDataSet set, MaskFindings findings)
    {
        var series = OnlySeries(set);
        var wanted = set.Items(Regions).Where(region => findings.Wants(region.Text(RegionName)))
            .Select(region => region.Integer(RegionNumber)).OfType<int>().ToHashSet();
        foreach (var region in set.Items(RegionContours).Where(region => region.Integer(ReferencedRegion) is { } number && wanted.Contains(number)))
        {
            foreach (var plane in Placed(region, series, findings).GroupBy(contour => contour.Place))
            {
                var first = plane.First().Points[0];
                var facts = new MaskFacts(MaskForm.Contours, 0, 0, [first.X, first.Y, first.Z], null);
                findings.Add(plane.Key.Sop, plane.Key.Frame, series, facts, MaskContent.WriteContours([.. plane.Select(contour => contour.Points)]));
            }
        }
    }

    /// <summary>The series that all images referred to are of; null where they are of several, or it is not said.</summary>
    private static string? OnlySeries(DicomDataSet set)
    {
        var all = set.Items(FramesOfReference).SelectMany(frame => frame.Items(Studies)).SelectMany(study => study.Items(Series))
            .Select(series => series.Uid(SeriesUid)).Distinct(StringComparer.Ordinal).Take(2).ToList();
        return all is [var only] ? only : null;
    }

    private static IEnumerable<(Place Place, MaskPoint[] Points)> Placed(DicomDataSet region, string? series, MaskFindings findings)
    {
        foreach (var contour in region.Items(Contours).Where(contour => contour.Code(GeometricType) is "CLOSED_PLANAR" or "CLOSEDPLANAR_XOR"))
        {
            var points = Points(contour, findings);
            if (points.Length < 3)
            {
                // Encloses nothing.
                continue;
            }

            var image = contour.Items(ContourImages) is [var only] ? ImageReference.Of(only) : null;
            if (image is null && series is null)
            {
                throw new DicomException(RefusalCode.NoMask);
            }

            if (image is not null)
            {
                yield return (new Place(image.Sop, image.Frame, default, default), points);
            }
            else if (Plane.Of(points) is { } plane)
            {
                yield return (new Place(null, null, plane.Normal, plane.Distance), points);
            }
        }
    }

    private static MaskPoint[] Points(DicomDataSet contour, MaskFindings findings)
    {
        var numbers = Numbers((contour.Bytes(ContourData) ?? default).Span);
        if (numbers.Count % 3 != 0 || (contour.Integer(PointCount) is { } count && count != numbers.Count / 3))
        {
            throw new DicomException(RefusalCode.Damaged);
        }

        findings.CountPoints(numbers.Count / 3);
        var points = new MaskPoint[numbers.Count / 3];
        for (var point = 0; point < points.Length; point++)
        {
            points[point] = new MaskPoint(numbers[3 * point], numbers[(3 * point) + 1], numbers[(3 * point) + 2]);
        }

        return points;
    }

    /// <summary>Decimal strings, of which a contour can have more than any other element.</summary>
    private static List<double> Numbers(ReadOnlySpan<byte> text)
    {
        var numbers = new List<double>();
        text = text.Trim(" \0"u8);
        foreach (var part in text.IsEmpty ? default : text.Split((byte)'\\'))
        {
            if (!double.TryParse(text[part].Trim(" \0"u8), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                || !(Math.Abs(number) <= IntakeProtocol.MaxCoordinate))
            {
                throw new DicomException(RefusalCode.Damaged);
            }

            numbers.Add(number);
            if (numbers.Count > 3 * IntakeProtocol.MaxMaskPoints)
            {
                throw new DicomException(RefusalCode.TooLarge);
            }
        }

        return numbers;
    }

    /// <summary>What contours have in common that are drawn on one slice.</summary>
    private sealed record Place(string? Sop, int? Frame, MaskPoint Normal, double Distance);

    /// <summary>The plane that points lie in, rounded so that those of one slice agree: hundredths of its normal, tenths of a millimetre.</summary>
    private sealed record Plane(MaskPoint Normal, double Distance)
    {
        /// <summary>By the polygon's vector area (Newell's method); null where it has none.</summary>
        internal static Plane? Of(MaskPoint[] points)
        {
            var (x, y, z) = (0.0, 0.0, 0.0);
            for (var at = 0; at < points.Length; at++)
            {
                var (one, next) = (points[at], points[(at + 1) % points.Length]);
                x += (one.Y - next.Y) * (one.Z + next.Z);
                y += (one.Z - next.Z) * (one.X + next.X);
                z += (one.X - next.X) * (one.Y + next.Y);
            }

            var length = Math.Sqrt((x * x) + (y * y) + (z * z));
            if (length < 1e-6)
            {
                return null;
            }

            // Which way round a contour is drawn says nothing.
            length = z < 0 || (z == 0 && (y < 0 || (y == 0 && x < 0))) ? -length : length;
            var distance = ((x * points[0].X) + (y * points[0].Y) + (z * points[0].Z)) / length;
            return new Plane(new MaskPoint(Math.Round(x / length, 2) + 0.0, Math.Round(y / length, 2) + 0.0, Math.Round(z / length, 2)), Math.Round(distance, 1));
        }
    }
}
