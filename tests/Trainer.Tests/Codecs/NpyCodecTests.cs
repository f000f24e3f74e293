using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Scanlock.Contracts;
using Scanlock.Contracts.Codecs;

namespace Scanlock.Trainer.Tests.Codecs;

public sealed class NpyCodecTests
{
    private const string Shape = "'shape': (2, 3), }";

    // numpy.save of numpy.array([[1, -2, 3], [4, 5, -1024]], '<i2')
    private static byte[] Numpys(string header = "{'descr': '<i2', 'fortran_order': False, " + Shape, int width = 118, byte version = 1) =>
    [
        0x93, .. "NUMPY"u8, version, 0, (byte)width, 0, .. Encoding.ASCII.GetBytes(header.PadRight(width - 1) + "\n"),
        1, 0, 0xfe, 0xff, 3, 0, 4, 0, 5, 0, 0, 0xfc,
    ];

    [Fact]
    public void What_numpy_writes_is_read_and_written_byte_for_byte()
    {
        var image = NpyCodec.Decode(Numpys());

        Assert.Equal((NpyElement.Hounsfield, 2, 3), (image.Element, image.Rows, image.Columns));
        Assert.Equal(Numpys(), NpyCodec.Encode(image));
    }

    [Fact]
    public void Every_image_comes_back_as_it_was() => Check.QuickThrowOnFailure(Prop.ForAll(
        Gen.Choose(1, 40).ToArbitrary(), Gen.Choose(1, 40).ToArbitrary(), Gen.Elements(NpyElement.Hounsfield, NpyElement.Mask).ToArbitrary(), (rows, columns, element) =>
        {
            var data = Enumerable.Range(0, rows * columns * NpyImage.SizeOf(element)).Select(i => (byte)(i * 7)).ToArray();
            var back = NpyCodec.Decode(NpyCodec.Encode(new NpyImage(element, rows, columns, data)));
            return (back.Element, back.Rows, back.Columns) == (element, rows, columns) && back.Data.Span.SequenceEqual(data);
        }));

    [Theory]
    [InlineData("{'descr': '>i2', 'fortran_order': False, " + Shape)]
    [InlineData("{'descr': '<i4', 'fortran_order': False, " + Shape)]
    [InlineData("{'descr': '<f4', 'fortran_order': False, " + Shape)]
    [InlineData("{'descr': '|O', 'fortran_order': False, " + Shape)]
    [InlineData("{'descr': '<i2', 'fortran_order': True, " + Shape)]
    [InlineData("{'descr': '<i2', 'fortran_order': False, 'shape': (6,), }")]
    [InlineData("{'descr': '<i2', 'fortran_order': False, 'shape': (1, 2, 3), }")]
    [InlineData("{'descr': '<i2', 'fortran_order': False, 'shape': (-2, 3), }")]
    [InlineData("{'descr': '<i2', 'fortran_order': False, 'shape': (0, 3), }")]
    [InlineData("{'descr': '<i2', 'fortran_order': False, 'shape': (02, 3), }")]
    [InlineData("{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3), 'more': 1, }")]
    [InlineData("{'descr': '<i2', 'fortran_order': False, 'shape': (99999, 99999), }")]
    [InlineData("{'descr': '<i2', 'fortran_order': False, 'shape': (2, 4), }")]
    [InlineData("{'descr': '<i2', 'fortran_order': False, 'shape': (2, 2), }")]
    [InlineData("")]
    public void Any_other_header_is_refused(string header) => Refused(Numpys(header));

    [Fact]
    public void Another_version_a_cut_and_a_tail_are_refused()
    {
        Refused(Numpys(version: 2));
        Refused(Numpys()[..^1]);
        Refused([.. Numpys(), 0]);
        Refused([0x94, .. Numpys()[1..]]);
        for (var length = 0; length < Numpys().Length; length++)
        {
            Refused(Numpys()[..length]);
        }
    }

    [Fact]
    public void An_image_that_does_not_fit_its_size_is_not_written() =>
        Assert.Throws<ArgumentException>(() => NpyCodec.Encode(new NpyImage(NpyElement.Hounsfield, 2, 2, new byte[7])));

    private static void Refused(byte[] file) => Assert.Throws<WireFormatException>(() => NpyCodec.Decode(file));
}
