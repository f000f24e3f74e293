using System.Text;
using Scanlock.Contracts.Intake;
using Scanlock.IntakeWorkers;

namespace Scanlock.Intake.Tests;

/// <summary>What is not taken in, each with its reason, and through the real worker.</summary>
public sealed class RefusalTests
{
    public static TheoryData<string, string> Spoiled => new()
    {
        { "secondary-capture", "secondary capture" },
        { "secondary-capture", "screenshot" },
        { "dose-report", "dose report" },
        { "not-chest", "head" },
        { "burned-in-text", "says it has text" },
        { "accepted", "chest, abdomen and pelvis" },
        { "not-ct", "modality MR" },
        { "accepted", "enhanced CT" },
        { "damaged", "three frames" },
        { "localizer", "localizer" },
        { "no-pixels", "no pixel data" },
        { "damaged", "no rows" },
        { "damaged", "pixels a word short" },
        { "damaged", "no SOP class" },
        { "too-large", "rows past the bound" },
        { "unsupported-encoding", "video" },
        { "unsupported-pixels", "colour" },
        { "unsupported-pixels", "inverted grey" },
        { "unsupported-pixels", "32 bits" },
        { "unsupported-pixels", "high bit elsewhere" },
        { "not-hounsfield", "no slope" },
        { "not-hounsfield", "slope 0" },
        { "not-hounsfield", "slope not a number" },
        { "not-hounsfield", "optical density" },
        { "no-identifiers", "no series" },
        { "no-identifiers", "no patient and no study" },
        { "accepted", "no patient" },
        { "accepted", "no SOP instance" },
        { "accepted", "uuids for UIDs" },
        { "accepted", "no type 2 or 3 attributes" },
    };

    [Theory]
    [MemberData(nameof(Spoiled))]
    [Trait("promise", "P11")]
    public async Task An_object_is_refused_for_what_is_wrong_with_it(string code, string what)
    {
        await using var pool = Workers.Start();
        var outcome = await pool.ExamineAsync(Spoil(what).ToFile());

        Assert.Equal(code, outcome.Code);
        if (outcome.Outcome is IntakeOutcome.Refused { Refusal: var refusal })
        {
            Assert.DoesNotContain("Wrenfell", refusal.Sentence, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("4455667", refusal.Sentence, StringComparison.Ordinal);
            Assert.DoesNotContain("1.2.3", refusal.Sentence, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("D")]
    [InlineData("file,patient,finding\ncase-001/0001.dcm,1,0\n")]
    [InlineData("{\"00100010\": {\"vr\": \"PN\"}}")]
    public async Task What_is_not_DICOM_is_called_so(string text)
    {
        await using var pool = Workers.Start();

        Assert.Equal("not-dicom", (await pool.ExamineAsync(Encoding.UTF8.GetBytes(text))).Code);
    }

    [Fact]
    public async Task What_the_file_header_calls_another_class_is_refused_and_another_instance_is_not()
    {
        await using var pool = Workers.Start();
        var twice = await pool.ExamineAsync(new TestObject { SopClass = "1.2.840.10008.5.1.4.1.1.4" }.Set(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2").ToFile());
        var renamed = await pool.ExamineAsync(new TestObject().Set(0x00080018, "UI", "1.2.3.5").ToFile());
        var unnamed = await pool.ExamineAsync(new TestObject().Without(0x00080016).ToFile());

        Assert.Equal(("wrong-class", "1.2.840.10008.5.1.4.1.1.2"), (twice.Code, twice.Received.Head?.SopClassUid));
        Assert.Equal(("accepted", "1.2.3.5"), (renamed.Code, renamed.Received.Head?.SopInstanceUid));
        Assert.Equal("accepted", unnamed.Code);
    }

    [Fact]
    public async Task An_object_cut_after_any_byte_is_refused()
    {
        var whole = new TestObject().ToFile();
        await using var pool = Workers.Start();
        for (var length = 0; length < whole.Length; length++)
        {
            var code = (await pool.ExamineAsync(whole[..length])).Code;

            // Cut between two elements it is a whole object without pixels.
            Assert.Contains(code, (string[])["not-dicom", "damaged", "no-pixels"]);
        }

        Assert.Equal("accepted", (await pool.ExamineAsync(whole)).Code);
    }

    [Fact]
    public async Task An_object_with_one_byte_changed_never_stops_the_intake()
    {
        var whole = new TestObject().ToFile();
        var random = new Random(5);
        await using var pool = Workers.Start();
        for (var trial = 0; trial < 400; trial++)
        {
            var spoiled = (byte[])whole.Clone();
            spoiled[random.Next(128, spoiled.Length)] = (byte)random.Next(256);
            Assert.NotEqual("interrupted", (await pool.ExamineAsync(spoiled)).Code);
        }

        Assert.Equal("accepted", (await pool.ExamineAsync(whole)).Code);
    }

    [Fact]
    public async Task A_deflate_bomb_is_refused_before_it_is_decoded()
    {
        using var packed = new MemoryStream();
        await using (var deflate = new System.IO.Compression.DeflateStream(packed, System.IO.Compression.CompressionLevel.SmallestSize, leaveOpen: true))
        {
            // A private element of 600 MiB of zeros.
            await deflate.WriteAsync(new byte[] { 0x09, 0x00, 0x01, 0x10, (byte)'O', (byte)'B', 0, 0, 0x00, 0x00, 0x80, 0x25 });
            var zeros = new byte[1 << 20];
            for (var mebibyte = 0; mebibyte < 600; mebibyte++)
            {
                await deflate.WriteAsync(zeros);
            }
        }

        var head = new TestObject { TransferSyntax = "1.2.840.10008.1.2.1.99" }.ToFile();
        var meta = head.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x08, 0x00, 0x05, 0x00]);
        await using var pool = Workers.Start();

        Assert.Equal("too-large", (await pool.ExamineAsync([.. head[..meta], .. packed.ToArray()])).Code);
    }

    [Fact]
    public void Every_code_has_a_name_and_a_sentence_and_they_are_a_closed_list()
    {
        var refusals = Enum.GetValues<RefusalCode>().Select(IntakeRefusal.Of).ToList();

        Assert.Equal(refusals.Count, refusals.Select(refusal => refusal.CodeName).Distinct().Count());
        Assert.All(refusals, refusal => Assert.Matches("^[a-z-]+$", refusal.CodeName));
        Assert.All(refusals, refusal => Assert.EndsWith(".", refusal.Sentence, StringComparison.Ordinal));
    }

    [Fact]
    [Trait("promise", "P11")]
    public async Task The_log_of_a_decoder_that_dies_holds_nothing_of_the_object()
    {
        var deadly = Workers.Deadly();
        var log = new Lines();
        await using var pool = Workers.Start(log: log);
        await pool.ExamineAsync(deadly);

        Assert.Contains(log.Written, line => line.Contains("stopped at object 0 (exit status", StringComparison.Ordinal) || line.Contains("stopped at object 0 (signal", StringComparison.Ordinal));
        Assert.All(log.Written, line => Assert.DoesNotContain("JFIF", line, StringComparison.OrdinalIgnoreCase));
        Assert.All(log.Written, line => Assert.DoesNotContain("DICOM", line, StringComparison.Ordinal));
    }

    private static TestObject Spoil(string what) => what switch
    {
        "secondary capture" => new TestObject().Set(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.7"),
        "modality MR" => new TestObject().Set(0x00080060, "CS", "MR"),
        "enhanced CT" => new TestObject().Set(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2.1"),
        "three frames" => new TestObject().Set(0x00280008, "IS", "3"),
        "screenshot" => new TestObject().Set(0x00080008, "CS", @"DERIVED\SECONDARY\OTHER\SCREEN SAVE"),
        "dose report" => new TestObject().Set(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.88.67").Set(0x00080060, "CS", "SR").Without(0x7fe00010),
        "head" => new TestObject().Set(0x00180015, "CS", "HEAD"),
        "chest, abdomen and pelvis" => new TestObject().Set(0x00180015, "CS", "CHEST_ABD_PEL"),
        "says it has text" => new TestObject().Set(0x00280301, "CS", "YES"),
        "localizer" => new TestObject().Set(0x00080008, "CS", @"ORIGINAL\PRIMARY\LOCALIZER"),
        "no pixel data" => new TestObject().Without(0x7fe00010),
        "no rows" => new TestObject().Without(0x00280010),
        "pixels a word short" => new TestObject().Set(0x7fe00010, "OW", new byte[(4 * 3 * 2) - 2]),
        "no SOP class" => new TestObject { SopClass = "" }.Without(0x00080016),
        "rows past the bound" => new TestObject().Set(0x00280010, 60_000),
        "video" => new TestObject { TransferSyntax = "1.2.840.10008.1.2.4.100" },
        "colour" => new TestObject().Set(0x00280002, 3).Set(0x00280004, "CS", "RGB"),
        "inverted grey" => new TestObject().Set(0x00280004, "CS", "MONOCHROME1"),
        "32 bits" => new TestObject().Set(0x00280100, 32).Set(0x00280101, 32).Set(0x00280102, 31),
        "high bit elsewhere" => new TestObject().Set(0x00280101, 12).Set(0x00280102, 15),
        "no slope" => new TestObject().Without(0x00281053),
        "slope 0" => new TestObject().Set(0x00281053, "DS", "0"),
        "slope not a number" => new TestObject().Set(0x00281053, "DS", "NaN"),
        "optical density" => new TestObject().Set(0x00281054, "LO", "OD"),
        "no series" => new TestObject().Without(0x0020000e),
        "no patient and no study" => new TestObject().Without(0x00100020, 0x0020000d),
        "no patient" => new TestObject().Without(0x00100020),
        "no SOP instance" => new TestObject().Set(0x00080018, "UI", ""),
        "uuids for UIDs" => new TestObject().Set(0x0020000e, "UI", "09bc8aea-ff9c-4106-8514-294cbcf9a082"),
        "no type 2 or 3 attributes" => new TestObject().Without(0x00080005, 0x00080050, 0x00100010, 0x00100021, 0x00180050, 0x00200013, 0x00280030),
        _ => throw new ArgumentOutOfRangeException(nameof(what), what, "Not spoiled."),
    };

    private sealed class Lines : IIntakeLog
    {
        internal List<string> Written { get; } = [];

        public void Started(int worker) => Written.Add("started");

        public void Stopped(int worker, long ordinal, string how) => Written.Add($"stopped at object {ordinal} ({how})");
    }
}
