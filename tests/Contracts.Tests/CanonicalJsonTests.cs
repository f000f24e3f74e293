using System.Globalization;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace Scanlock.Contracts.Tests;

public sealed class CanonicalJsonTests
{
    // IEEE 754 samples of RFC 8785, appendix B: the double's bits and its canonical form.
    [Theory]
    [InlineData("0000000000000000", "0")]
    [InlineData("8000000000000000", "0")]
    [InlineData("0000000000000001", "5e-324")]
    [InlineData("8000000000000001", "-5e-324")]
    [InlineData("7fefffffffffffff", "1.7976931348623157e+308")]
    [InlineData("ffefffffffffffff", "-1.7976931348623157e+308")]
    [InlineData("4340000000000000", "9007199254740992")]
    [InlineData("c340000000000000", "-9007199254740992")]
    [InlineData("4430000000000000", "295147905179352830000")]
    [InlineData("44b52d02c7e14af5", "9.999999999999997e+22")]
    [InlineData("44b52d02c7e14af6", "1e+23")]
    [InlineData("44b52d02c7e14af7", "1.0000000000000001e+23")]
    [InlineData("444b1ae4d6e2ef4e", "999999999999999700000")]
    [InlineData("444b1ae4d6e2ef4f", "999999999999999900000")]
    [InlineData("444b1ae4d6e2ef50", "1e+21")]
    [InlineData("3eb0c6f7a0b5ed8c", "9.999999999999997e-7")]
    [InlineData("3eb0c6f7a0b5ed8d", "0.000001")]
    [InlineData("41b3de4355555553", "333333333.3333332")]
    [InlineData("41b3de4355555557", "333333333.33333343")]
    [InlineData("becbf647612f3696", "-0.0000033333333333333333")]
    [InlineData("43143ff3c1cb0959", "1424953923781206.2")]
    public void Numbers_are_written_as_the_rfc_samples_say(string bits, string expected) =>
        Assert.Equal(expected, CanonicalJson.FormatNumber(BitConverter.UInt64BitsToDouble(ulong.Parse(bits, NumberStyles.HexNumber, CultureInfo.InvariantCulture))));

    [Fact]
    public void Every_finite_number_reads_back_as_itself() => Check.QuickThrowOnFailure(Prop.ForAll<double>(value =>
        !double.IsFinite(value) || double.Parse(CanonicalJson.FormatNumber(value), CultureInfo.InvariantCulture) == value));

    [Theory]
    [InlineData("""{"b":1,"a":[true,null,1.50,"\u20ac\n"]}""", "{\"a\":[true,null,1.5,\"€\\n\"],\"b\":1}")]
    [InlineData("""{"\u20ac":1,"\r":2,"1":3,"\ud83d\ude00":4,"\ufb33":5}""", "{\"\\r\":2,\"1\":3,\"€\":1,\"😀\":4,\"\ufb33\":5}")]
    public void Members_are_sorted_by_utf16_and_strings_escape_only_what_they_must(string json, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(CanonicalJson.Serialize(JsonDocument.Parse(json).RootElement)));

    [Theory]
    [InlineData("""{"a":1,"a":2}""", "stands twice")]
    [InlineData("\"\\ud800\"", "surrogate")]
    [InlineData("1e999", "not finite")]
    public void What_has_no_canonical_form_is_refused(string json, string because)
    {
        var refused = Assert.ThrowsAny<Exception>(() => CanonicalJson.Serialize(JsonDocument.Parse(json).RootElement));
        Assert.True(refused is FormatException or InvalidOperationException, refused.GetType().Name);
        if (refused is FormatException)
        {
            Assert.Contains(because, refused.Message, StringComparison.Ordinal);
        }
    }
}
