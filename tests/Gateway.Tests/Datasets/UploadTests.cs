using System.Net;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Tests.Hosting;

namespace Scanlock.Gateway.Tests.Datasets;

public sealed class UploadTests
{
    [Fact]
    public async Task A_bad_object_is_refused_with_its_reason_and_the_rest_goes_on()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync();
        var upload = await hospital.OpenUploadAsync();
        var good = Phantom.Of(1, 1).ToDicom();
        byte[][] objects = [good, "this is no scan"u8.ToArray(), good[..^500], (Phantom.Of(1, 2) with { Modality = "MR", SopClass = "1.2.840.10008.5.1.4.1.1.4" }).ToDicom(), Phantom.Of(1, 3).ToDicom()];
        var outcomes = new List<ObjectOutcome>();
        foreach (var bytes in objects)
        {
            outcomes.Add((await hospital.SendObjectAsync(upload, bytes)).Outcome());
        }

        Assert.Equal(["stored", "refused", "refused", "quarantined", "stored"], outcomes.Select(outcome => outcome.Outcome));
        Assert.Equal(["not-dicom", "damaged", "not-ct"], outcomes.Where(outcome => outcome.Code is not null).Select(outcome => outcome.Code!));
        Assert.All(outcomes.Where(outcome => outcome.Code is not null), outcome => Assert.NotEmpty(outcome.Reason!));
        var report = await hospital.CloseUploadAsync(upload);
        Assert.Equal((2, 0, 1), (report.Stored, report.Duplicates, report.Quarantined["not-ct"]));
        var entry = Assert.Single(await hospital.LogAsync(), logged => logged.Act == Acts.DatasetUpload);
        Assert.Equal((2L, 1L, 1L), (entry.Counts["stored"], entry.Counts["refused_not-dicom"], entry.Counts["quarantined_not-ct"]));
    }

    [Fact]
    [Trait("promise", "P9")]
    public async Task Sending_again_stores_once()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync();
        var upload = await hospital.OpenUploadAsync();
        var bytes = Phantom.Of(1, 1).ToDicom();
        Assert.Equal("stored", (await hospital.SendObjectAsync(upload, bytes)).Outcome().Outcome);
        Assert.Equal("duplicate", (await hospital.SendObjectAsync(upload, bytes)).Outcome().Outcome);
        await hospital.RestartAsync();
        Assert.Equal("stored", (await hospital.SendObjectAsync(upload, Phantom.Of(1, 2).ToDicom())).Outcome().Outcome);
        var report = await hospital.CloseUploadAsync(upload);
        Assert.Equal((2, 1), (report.Stored, report.Duplicates));
        Assert.Equal(report.Stored, (await hospital.CloseUploadAsync(upload)).Stored);
        Assert.Single(await hospital.LogAsync(), logged => logged.Act == Acts.DatasetUpload);
        var late = (await hospital.SendObjectAsync(upload, bytes)).Outcome();
        Assert.Equal(("refused", "conflict"), (late.Outcome, late.Code));
        Assert.Contains("closed", late.Reason, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("promise", "P9")]
    public async Task Copies_sent_side_by_side_are_stored_once_and_seal()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync();
        var upload = await hospital.OpenUploadAsync();
        var bytes = Phantom.Of(1, 1).ToDicom();
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => hospital.SendObjectAsync(upload, bytes)));
        Assert.Single(answers, answer => answer.Outcome().Outcome == "stored");
        await hospital.SendObjectAsync(upload, Phantom.Of(2, 1).ToDicom());
        await hospital.CloseUploadAsync(upload);
        await hospital.LabelAsync("patient", [new("PHANTOM-0001", "1", null), new("PHANTOM-0002", "0", null)]);
        Assert.Equal(2, (await hospital.SealAsync()).As(ContractsJson.Strict.SealedVersion).Samples);
    }

    [Fact]
    public async Task What_is_there_already_need_not_be_sent()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync();
        var (first, second) = (Phantom.Of(1, 1).ToDicom(), Phantom.Of(1, 2).ToDicom());
        await hospital.UploadAsync([first]);
        var answer = await hospital.PostAsync(
            Routes.Fill(GatewayRoutes.KnownObjects, Hospital.Dataset), hospital.Steward,
            new KnownObjectsQuery([Sha256Digest.Of(second), Sha256Digest.Of(first)]), ContractsJson.Strict.KnownObjectsQuery);
        Assert.Equal([1], answer.As(ContractsJson.Strict.KnownObjects).Known);
    }

    [Fact]
    [Trait("promise", "P7")]
    public async Task A_session_that_was_left_open_is_logged_before_a_version_holds_its_objects()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync();
        var upload = await hospital.OpenUploadAsync();
        await hospital.SendObjectAsync(upload, Phantom.Of(1, 1).ToDicom());
        await hospital.SendObjectAsync(upload, Phantom.Of(2, 1).ToDicom());
        await hospital.LabelAsync("patient", StewardWork.LabelsOf([Phantom.Of(1, 1), Phantom.Of(2, 1)]));
        Assert.Contains(upload, (await hospital.SealAsync()).Problem(HttpStatusCode.Conflict), StringComparison.Ordinal);
        hospital.Clock.Advance(TimeSpan.FromMinutes(2));
        (await hospital.SealAsync()).As(ContractsJson.Strict.SealedVersion);
        Assert.Equal([Acts.DatasetUpload, Acts.DatasetSeal], (await hospital.LogAsync()).Select(entry => entry.Act).TakeLast(2));
    }

    [Fact]
    [Trait("promise", "P2")]
    [Trait("promise", "P11")]
    public async Task Nothing_of_pixels_or_identifiers_is_on_disk_in_the_clear()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync();
        var phantoms = StewardWork.Phantoms(6);
        var pixels = phantoms.Select(phantom => phantom.ToDicom()[^200..^100]).ToList();
        var hounsfield = phantoms.Select(phantom => Enumerable.Range(0, 50).SelectMany(i => BitConverter.GetBytes((short)(phantom.Fill + (i % 7) - 1024))).ToArray());
        var texts = phantoms.SelectMany(phantom => new[] { phantom.Patient, phantom.PatientName, phantom.Accession, phantom.Study, phantom.Series, phantom.Sop })
            .Select(System.Text.Encoding.ASCII.GetBytes);
        var planted = pixels.Concat(hounsfield).Concat(texts).ToList();
        await hospital.StopGatewayAsync();
        var files = Directory.EnumerateFiles(hospital.State, "*", SearchOption.AllDirectories).ToList();
        Assert.Contains(files, file => file.EndsWith("gateway.db", StringComparison.Ordinal));
        Assert.Contains(files, file => file.Contains("/samples/", StringComparison.Ordinal));
        foreach (var file in files)
        {
            var content = await File.ReadAllBytesAsync(file);
            Assert.DoesNotContain(planted, secret => content.AsSpan().IndexOf(secret) >= 0);
        }

        await hospital.StartGatewayAsync();
    }
}
