using Scanlock.Intake.Deidentification;

namespace Scanlock.Intake.Tests.Deidentification;

public sealed class DateShiftTests
{
    [Theory]
    [InlineData("20200301", 1, false, "20200229")]
    [InlineData("2020.03.01", 1, false, "20200229")]
    [InlineData("2020-03-01", 1, false, "20200229")]
    [InlineData("20200301101530", 1, false, "20200229")]
    [InlineData("20200301101530.120000+0100", 366, true, "20190301101530.120000+0100")]
    [InlineData("20200301-0500", 1, true, "20200229-0500")]
    [InlineData("202003", 31, true, "202001")]
    [InlineData("2020", 1, true, "2019")]
    public void Days_move_and_the_rest_stays(string value, int days, bool hasTime, string expected) => Assert.Equal(expected, DateShift.Earlier(value, days, hasTime));

    [Theory]
    [InlineData("20201301")]
    [InlineData("20200230")]
    [InlineData("00000000")]
    [InlineData("yesterday")]
    [InlineData("20200301 by John")]
    [InlineData("00010101")]
    public void What_is_no_date_is_not_moved(string value) => Assert.Null(DateShift.Earlier(value, 400, hasTime: true));
}
