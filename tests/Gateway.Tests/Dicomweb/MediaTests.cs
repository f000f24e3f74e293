using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Intake;
using Scanlock.Gateway.Dicomweb;
using Scanlock.Gateway.Tests.Hosting;
using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.Gateway.Tests.Dicomweb;

/// <summary>Both forms of a response, read by another than their writer.</summary>
public sealed class MediaTests(PacsFixture pacs) : IClassFixture<PacsFixture>
{
    private const string Python = "/usr/bin/python3";
    private readonly Hospital hospital = pacs.Hospital;

    [Fact]
    public async Task Json_and_xml_are_read_alike_by_pydicom()
    {
        await SkipWithoutPydicomAsync();
        var token = await pacs.NewDatasetAsync();
        var (good, cut) = (Phantom.Of(1, 1), Phantom.Of(1, 2));
        var read = new List<string>();
        foreach (var form in new[] { "json", "xml" })
        {
            using var body = Pacs.Multipart(good.ToDicom(), cut.ToDicom()[..^500], "no object"u8.ToArray());
            var answer = await hospital.StowAsync(new("Bearer", token.Secret), Pacs.Studies(token.Token.Dataset), body, $"application/dicom+{form}");
            read.Add(await ReadAsync(form, answer.Body));
        }

        Assert.Equal(read[0], read[1]);
        Assert.Equal(
            $"""
            RetrieveURL UR
            FailedSOPSequence SQ
            -
              ReferencedSOPClassUID UI {cut.SopClass}
              ReferencedSOPInstanceUID UI {cut.Sop}
              FailureReason US {0xC000}
            ReferencedSOPSequence SQ
            -
              ReferencedSOPClassUID UI {good.SopClass}
              ReferencedSOPInstanceUID UI {good.Sop}
              RetrieveURL UR
            OtherFailuresSequence SQ
            -
              FailureReason US {0xC000}

            """.ReplaceLineEndings("\n"),
            read[0]);
    }

    [Fact]
    public async Task A_quarantined_object_counts_as_stored_with_a_warning_in_ascending_tags()
    {
        await SkipWithoutPydicomAsync();
        var report = new StoreReport(
            [new(new("1.2.840.10008.5.1.4.1.1.2", "1.2.3"), new ObjectOutcome(0, "quarantined", "secondary-capture", "Kept apart."))], Unread: null);
        Assert.Equal(202, report.Status);
        var read = await ReadAsync("json", DicomMedia.Json(StoreResponse.Of(report)));
        Assert.Equal(read, await ReadAsync("xml", DicomMedia.Xml(StoreResponse.Of(report))));
        Assert.Contains($"WarningReason US {0xB007}", read, StringComparison.Ordinal);
        Assert.DoesNotContain("FailedSOPSequence", read, StringComparison.Ordinal);
        AssertAscending(StoreResponse.Of(report));
    }

    [Fact]
    public void Every_reason_of_the_intake_has_one_of_the_standard() =>
        Assert.All(Enum.GetValues<RefusalCode>(), code => Assert.Contains(
            FailureReasons.Of(IntakeRefusal.Of(code).CodeName), (ushort[])[0x0110, 0x0122, 0xA700, 0xA900, 0xC000, 0xC122]));

    [Theory]
    [InlineData("a<b>&\"c")]
    [InlineData("2f1e6c3a-0000-4000-8000-1234567890ab")]
    public async Task Whatever_a_sender_calls_its_object_comes_back_as_it_was(string uid)
    {
        await SkipWithoutPydicomAsync();
        var token = await pacs.NewDatasetAsync();
        var answer = await hospital.StowAsync(token, (Phantom.Of(1, 1) with { Sop = uid }).ToDicom());
        Assert.Equal([uid], answer.Stored);
        var report = new StoreReport([new(new("1.2", uid), new ObjectOutcome(0, "stored", null, null))], Unread: null);
        Assert.Contains($"ReferencedSOPInstanceUID UI {uid}\n", await ReadAsync("xml", DicomMedia.Xml(StoreResponse.Of(report))), StringComparison.Ordinal);
    }

    private static void AssertAscending(IReadOnlyList<DicomAttribute> attributes)
    {
        Assert.Equal(attributes.Select(attribute => attribute.Tag).Order(), attributes.Select(attribute => attribute.Tag));
        foreach (var item in attributes.SelectMany(attribute => attribute.Items))
        {
            AssertAscending(item);
        }
    }

    private static async Task SkipWithoutPydicomAsync()
    {
        Assert.SkipUnless(File.Exists(Python), "needs python3");
        var probe = await ProgramRunner.RunTextAsync(new ProgramStart(Python, "-c", "import pydicom").Inheriting("PATH"), new(TimeSpan.FromMinutes(1)));
        Assert.SkipUnless(probe.Succeeded, "needs python3-pydicom");
    }

    private static async Task<string> ReadAsync(string form, byte[] body)
    {
        var script = Path.Combine(Repository.Root, "tests", "Gateway.Tests", "Dicomweb", "read_store_response.py");
        await using var reader = RunningProgram.Start(new ProgramStart(Python, script, form).Inheriting("PATH"));
        await reader.Input.WriteAsync(body);
        await reader.Input.DisposeAsync();
        using var text = new StreamReader(reader.Output);
        var read = await text.ReadToEndAsync();
        Assert.Equal(new ProgramExit.Status(0), await reader.Exit);
        return read;
    }
}
