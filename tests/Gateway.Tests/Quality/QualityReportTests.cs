using System.Net;
using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Intake;
using Scanlock.Gateway.Tests.Hosting;
using Scanlock.Gateway.Tests.Quarantine;
using Scanlock.Testing;

namespace Scanlock.Gateway.Tests.Quality;

/// <summary>The quality report, from uploaded objects to its steward.</summary>
public sealed class QualityReportTests(PacsFixture pacs) : IClassFixture<PacsFixture>
{
    private readonly Hospital hospital = pacs.Hospital;

    [Fact]
    public async Task Faults_of_what_was_sent_are_told_by_series_with_the_uploaders_ordinals()
    {
        var dataset = (await pacs.NewDatasetAsync()).Token.Dataset;
        var slices = Enumerable.Range(1, 8).Where(slice => slice != 4).Select(slice => Phantom.Of(1, slice)).ToList();
        slices.Add(Phantom.Of(1, 2) with { PatientName = "Changed^Copy" });
        slices.Add(Phantom.Of(1, 1) with { Series = "1.2.826.0.1.3680043.8.498.1.2", Study = "1.2.826.0.1.3680043.8.498.77", Sop = "1.2.826.0.1.3680043.8.498.1.2.1" });
        var uploaded = await hospital.UploadAsync(slices.Select(slice => slice.ToDicom()), dataset);
        await hospital.LabelAsync("sop", [new(slices[0].Sop, "1", null), new(slices[1].Sop, "0", null)], dataset: dataset);
        var report = await JudgeAsync(dataset);
        Assert.Equal((dataset, 2, 9, 0, 0), (report.Dataset, report.Series, report.Samples, report.Unjudged, report.Quarantined));

        var gap = Assert.Single(report.Findings, finding => finding.Code == QualityCode.Gap);
        Assert.Equal(new SliceAddress(uploaded.Id, 3, 0), Assert.Single(gap.Slices));
        Assert.Contains("usual 5 mm, the longest 10 mm", gap.Sentence, StringComparison.Ordinal);
        Assert.Equal([new SliceAddress(uploaded.Id, 7, 0)], Assert.Single(report.Findings, finding => finding.Code == QualityCode.SameInstance).Slices);
        var pixels = Assert.Single(report.Findings, finding => finding.Code == QualityCode.SamePixels);
        Assert.Equal([new SliceAddress(uploaded.Id, 8, 0)], pixels.Slices);
        Assert.NotEqual(gap.Series, pixels.Series);
        Assert.Contains($"series {gap.Series}", pixels.Sentence, StringComparison.Ordinal);
        Assert.Equal(2, Assert.Single(report.Findings, finding => finding.Code == QualityCode.SeveralStudies).Count);
        Assert.Contains("2 different values of 'covid'", Assert.Single(report.Findings, finding => finding.Code == QualityCode.MixedLabels).Sentence, StringComparison.Ordinal);

        // The phantoms are grey all over, with air nowhere.
        Assert.Equal(2, report.Counts[QualityCode.NoAir]);
        Assert.Equal(report.Findings.Count, report.Counts.Values.Sum());
        Assert.Equal(report.Findings.GroupBy(finding => finding.Severity).ToDictionary(group => group.Key, group => group.Count()), report.Severities);
        Assert.Equal(report.Findings.Select(finding => finding.Severity).Order(), report.Findings.Select(finding => finding.Severity));
    }

    [Fact]
    [Trait("promise", "P11")]
    public async Task What_is_quarantined_is_counted_and_not_judged()
    {
        var dataset = (await pacs.NewDatasetAsync()).Token.Dataset;
        var upload = await hospital.OpenUploadAsync(dataset);
        for (var slice = 1; slice <= 5; slice++)
        {
            await hospital.SendObjectAsync(upload, Phantom.Of(1, slice).ToDicom(), dataset);
        }

        var before = await JudgeAsync(dataset);
        Assert.DoesNotContain(before.Findings, finding => finding.Code is QualityCode.Gap or QualityCode.SamePixels or QualityCode.SameInstance);
        await hospital.QuarantineAsync(dataset, upload, Phantom.Of(1, 1) with { PatientName = "Changed^Copy" }, QuarantineCode.NotChest);
        var key = await hospital.QuarantineAsync(dataset, upload, Phantom.Of(1, 9), QuarantineCode.NotChest);
        var after = await JudgeAsync(dataset);
        Assert.Equal((5, 2), (after.Samples, after.Quarantined));
        Assert.Equal(before.Findings.Select(finding => finding.Sentence), after.Findings.Select(finding => finding.Sentence));
        await hospital.ReleaseAsync(dataset, key);
        Assert.Contains((await JudgeAsync(dataset)).Findings, finding => finding.Code == QualityCode.Gap);
    }

    [Fact]
    public async Task Samples_from_before_facts_were_kept_are_told_as_such()
    {
        var dataset = (await pacs.NewDatasetAsync()).Token.Dataset;
        await hospital.UploadAsync([Phantom.Of(1, 1).ToDicom(), Phantom.Of(1, 2).ToDicom()], dataset);
        await using (var db = await hospital.OpenDbAsync())
        {
            await db.Database.ExecuteSqlAsync($"UPDATE samples SET facts = NULL, pixels = NULL WHERE dataset = {dataset}", TestContext.Current.CancellationToken);
        }

        var report = await JudgeAsync(dataset);
        Assert.Equal((1, 2, 2, 0), (report.Series, report.Samples, report.Unjudged, report.Findings.Count));
    }

    [Fact]
    [Trait("promise", "P1")]
    public async Task Only_the_datasets_stewards_are_told()
    {
        var dataset = (await pacs.NewDatasetAsync()).Token.Dataset;
        foreach (var who in (string[])[hospital.Researcher, hospital.Auditor, hospital.Token("steve", "elsewhere", Roles.Steward)])
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await hospital.GetAsync(Routes.Fill(GatewayRoutes.Quality, dataset), who)).Status);
        }

        Assert.Empty((await JudgeAsync(dataset)).Findings);
    }

    [Fact]
    public async Task Real_series_have_no_faults_and_one_without_a_slice_has_its_gap()
    {
        var data = Repository.SharedData("ct-series");
        Assert.SkipWhen(data is null, "there are no real series here");
        var dataset = (await pacs.NewDatasetAsync()).Token.Dataset;
        var files = Directory.GetFiles(data, "*.dcm", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        await hospital.UploadAsync(files.Select(File.ReadAllBytes), dataset);
        var report = await JudgeAsync(dataset);
        Assert.Equal((3, files.Count, 0), (report.Series, report.Samples, report.Unjudged));
        Assert.Empty(report.Findings);

        // The same without the third slice of each.
        var holed = (await pacs.NewDatasetAsync()).Token.Dataset;
        var uploaded = await hospital.UploadAsync(files.GroupBy(Path.GetDirectoryName).SelectMany(series => series.Where((_, i) => i != 2)).Select(File.ReadAllBytes), holed);
        var faults = await JudgeAsync(holed);
        Assert.Equal((3, 3), (faults.Counts[QualityCode.Gap], faults.Counts[QualityCode.MissingNumbers]));
        Assert.Equal(6, faults.Findings.Count);
        Assert.All(faults.Findings, finding => Assert.Equal(uploaded.Id, Assert.Single(finding.Slices).Upload));
    }

    private async Task<QualityReport> JudgeAsync(string dataset) =>
        (await hospital.GetAsync(Routes.Fill(GatewayRoutes.Quality, dataset), hospital.Steward)).As(ContractsJson.Strict.QualityReport);
}
