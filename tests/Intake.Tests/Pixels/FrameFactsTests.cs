using Scanlock.Intake.Dicom;
using Scanlock.Intake.Pixels;
using Scanlock.Intake.Tests.Dicom;

namespace Scanlock.Intake.Tests.Pixels;

/// <summary>What is known of each frame, from wherever the object says it.</summary>
public sealed class FrameFactsTests
{
    private static readonly byte[] Sop = Raw.Explicit(0x00080016, "UI", "1.2\0");

    [Fact]
    public void An_enhanced_frames_own_facts_come_before_the_shared_ones()
    {
        var set = Set(Raw.Explicit(0x52009229, "SQ", Raw.Item([
                .. Group(0x00189304, Raw.Explicit(0x00181120, "FD", BitConverter.GetBytes(12.5))),
                .. Group(0x00189329, Raw.Explicit(0x00089007, "CS", @"ORIGINAL\PRIMARY\AXIAL\ODD")),
                .. Group(0x00209116, Raw.Explicit(0x00200037, "DS", @"1\0\0\0\1\0 ")),
                .. Group(0x00289110, [.. Raw.Explicit(0x00180050, "DS", "2 "), .. Raw.Explicit(0x00280030, "DS", @"0.5\0.75")]),
                .. Group(0x00289145, [.. Raw.Explicit(0x00281052, "DS", "-1024 "), .. Raw.Explicit(0x00281053, "DS", "1 "), .. Raw.Explicit(0x00281054, "LO", "HU")])])),
            Raw.Explicit(0x52009230, "SQ", [
                .. Raw.Item([.. Group(0x00209111, Raw.Explicit(0x00209057, "UL", 7, 0, 0, 0)), .. Group(0x00209113, Raw.Explicit(0x00200032, "DS", @"1\2\3 "))]),
                .. Raw.Item([
                    .. Group(0x00189329, Raw.Explicit(0x00089007, "CS", @"DERIVED\PRIMARY\LOCALIZER ")), .. Group(0x00209113, Raw.Explicit(0x00200032, "DS", @"1\2\4 ")),
                    .. Group(0x00289145, [.. Raw.Explicit(0x00281052, "DS", "-1000 "), .. Raw.Explicit(0x00281053, "DS", "2 "), .. Raw.Explicit(0x00281054, "LO", "US")])])]));
        var (first, second) = (FrameFacts.Of(set, 0, 2), FrameFacts.Of(set, 1, 2));

        Assert.Equal(7, first.Slice.SliceIndex);
        Assert.Equal([1, 2, 3], first.Slice.Position!);
        Assert.Equal([1, 0, 0, 0, 1, 0], first.Slice.Orientation!);
        Assert.Equal([0.5, 0.75, 2], first.Slice.Spacing!);
        Assert.Equal(["ORIGINAL", "PRIMARY", "AXIAL", "OTHER"], first.Slice.ImageType);
        Assert.Equal((new Rescale(1, -1024), 12.5, false), (first.Rescale, first.GantryTilt, first.IsLocalizer));
        Assert.Equal([1, 2, 4], second.Slice.Position!);
        Assert.Equal((2, null, true), (second.Slice.SliceIndex, second.Rescale, second.IsLocalizer));
    }

    [Fact]
    public void A_converted_objects_unassigned_facts_are_found()
    {
        var set = Set(
            Raw.Explicit(0x52009229, "SQ", Raw.Item(Group(0x00209170, Raw.Explicit(0x00280030, "DS", @"1\1 ")))),
            Raw.Explicit(0x52009230, "SQ", Raw.Item(Group(0x00209171, Raw.Explicit(0x00181120, "DS", "-3")))));

        Assert.Equal([1, 1, 0], FrameFacts.Of(set, 0, 1).Slice.Spacing!);
        Assert.Equal(-3, FrameFacts.Of(set, 0, 1).GantryTilt);
    }

    [Fact]
    public void Frames_of_an_object_without_groups_lie_where_its_offsets_say_or_nobody_knows_where()
    {
        byte[][] plain = [Raw.Explicit(0x00200013, "IS", "9 "), Raw.Explicit(0x00200032, "DS", @"1\2\3 "), Raw.Explicit(0x00200037, "DS", @"1\0\0\0\1\0 ")];
        var set = Set([.. plain, Raw.Explicit(0x3004000c, "DS", @"0\2.5 ")]);

        Assert.Equal([1, 2, 5.5], FrameFacts.Of(set, 1, 2).Slice.Position!);
        Assert.Equal([1, 2, 3], FrameFacts.Of(Set(plain), 0, 2).Slice.Position!);
        Assert.Null(FrameFacts.Of(Set(plain), 1, 2).Slice.Position);
        Assert.Equal(9, FrameFacts.Of(Set(plain), 0, 1).Slice.SliceIndex);
    }

    [Fact]
    public void Fewer_groups_than_frames_leave_the_rest_with_what_is_shared()
    {
        var set = Set(Raw.Explicit(0x52009230, "SQ", Raw.Item(Group(0x00209113, Raw.Explicit(0x00200032, "DS", @"1\2\3 ")))));

        Assert.Null(FrameFacts.Of(set, 5000, 10_000).Slice.Position);
    }

    private static DicomDataSet Set(params byte[][] elements) => DicomReaderTests.Header(Raw.Explicit([Sop, .. elements])).DataSet;

    private static byte[] Group(uint tag, byte[] facts) => Raw.Explicit(tag, "SQ", Raw.Item(facts));
}
