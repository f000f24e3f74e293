using System.Net;
using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Intake;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Datasets.Preview;
using Scanlock.Gateway.Tests.Hosting;
using Scanlock.Gateway.Tests.Quarantine;

namespace Scanlock.Gateway.Tests.Preview;

/// <summary>What a steward sees of one sample.</summary>
public sealed class PreviewTests(PacsFixture pacs) : IClassFixture<PacsFixture>
{
    private readonly Hospital hospital = pacs.Hospital;

    [Fact]
    public async Task A_sample_is_shown_as_it_would_leave_and_as_a_picture_others_read()
    {
        var dataset = (await pacs.NewDatasetAsync()).Token.Dataset;
        var phantom = Phantom.Of(1, 1);
        await hospital.UploadAsync([phantom.ToDicom()], dataset);
        await hospital.LabelAsync("patient", [new(phantom.Patient, "1", "GROUP-7")], dataset: dataset);
        var shown = await ShowAsync(dataset, new(null, null, null, null));
        Assert.Equal((hospital.KeyOf(dataset, phantom.ToDicom()), 1), (shown.Sample, shown.Candidates));
        Assert.Equal((32, 32, phantom.Fill - 1024, phantom.Fill - 1024 + 6), (shown.Rows, shown.Columns, shown.Lowest, shown.Highest));
        Assert.Equal("1", shown.Labels["covid"]);
        Assert.Equal((1500, -500), (shown.Width, shown.Level));
        await using (var db = await hospital.OpenDbAsync())
        {
            var row = await db.Samples.SingleAsync(sample => sample.Dataset == dataset, TestContext.Current.CancellationToken);
            Assert.Equal((row.LabelledPatient, row.Series), (shown.Record.Patient, shown.Record.Series));
        }

        Assert.Equal([0, 0, 5], shown.Record.Position!);
        var picture = await ReadPng.ReadAsync(shown.Png);
        Assert.Equal((32, 32), (picture.Columns, picture.Rows));

        // PS3.3 C.11.2.1.2.1, written out for the first seven values.
        var expected = Enumerable.Range(0, 7).Select(i => Math.Round((((phantom.Fill + i - 1024 - -500.5) / 1499) + 0.5) * 255));
        Assert.Equal(expected, picture.Grey.Take(7).Select(grey => (double)grey));
    }

    [Fact]
    public async Task The_window_asked_for_is_used()
    {
        var dataset = (await pacs.NewDatasetAsync()).Token.Dataset;
        await hospital.UploadAsync([(Phantom.Of(1, 1) with { Fill = 1024 }).ToDicom()], dataset);
        var shown = await ShowAsync(dataset, new(null, null, 2, 3));
        Assert.Equal([0, 0, 0, 255, 255, 255, 255], (await ReadPng.ReadAsync(shown.Png)).Grey.Take(7).Select(grey => (int)grey));
        foreach (var (width, level) in ((double?, double?)[])[(0, 0), (100, null), (null, 0), (1e9, 0), (100, 1e9)])
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(dataset, new(null, null, width, level))).Status);
        }
    }

    [Fact]
    public async Task A_patients_samples_or_one_of_them_can_be_asked_for()
    {
        var dataset = (await pacs.NewDatasetAsync()).Token.Dataset;
        await hospital.UploadAsync(StewardWork.Phantoms(3).Select(phantom => phantom.ToDicom()), dataset);
        var any = await ShowAsync(dataset, new(null, null, null, null));
        Assert.Equal(6, any.Candidates);
        var same = await ShowAsync(dataset, new(null, any.Record.Patient, null, null));
        Assert.Equal((2, any.Record.Patient), (same.Candidates, same.Record.Patient));
        Assert.Equal(any.Record.Position, (await ShowAsync(dataset, new(any.Sample, null, null, null))).Record.Position);
        Assert.Contains("no sample", (await SendAsync(dataset, new("0123", null, null, null))).Problem(HttpStatusCode.NotFound), StringComparison.Ordinal);
        Assert.Contains("pseudonym", (await SendAsync(dataset, new(null, "PHANTOM-0001", null, null))).Problem(HttpStatusCode.NotFound), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("promise", "P7")]
    public async Task Who_looked_at_what_is_in_the_log_before_it_is_shown()
    {
        var dataset = (await pacs.NewDatasetAsync()).Token.Dataset;
        await hospital.UploadAsync([Phantom.Of(1, 1).ToDicom()], dataset);
        var shown = await ShowAsync(dataset, new(null, null, null, null));
        var entry = (await hospital.LogAsync())[^1];
        Assert.Equal((Acts.SamplePreview, dataset, shown.Sample), (entry.Act, entry.Subjects["dataset"], entry.Subjects["sample"]));
        Assert.EndsWith("#stella", entry.Actor, StringComparison.Ordinal);
        using (Broken.Folder(Path.Combine(hospital.State, "audit")))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await SendAsync(dataset, new(null, null, null, null))).Status);
        }
    }

    [Fact]
    [Trait("promise", "P1")]
    public async Task Only_the_datasets_stewards_are_shown_a_sample_and_nobody_keeps_it()
    {
        var dataset = (await pacs.NewDatasetAsync()).Token.Dataset;
        await hospital.UploadAsync([Phantom.Of(1, 1).ToDicom()], dataset);
        foreach (var who in (string[])[hospital.Researcher, hospital.Reviewer, hospital.Token("steve", "elsewhere", Roles.Steward)])
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(dataset, new(null, null, null, null), who)).Status);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, Routes.Fill(GatewayRoutes.Preview, dataset));
        request.Headers.Authorization = new("Bearer", hospital.Steward);
        using var answer = await hospital.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, "no-store"), (answer.StatusCode, answer.Headers.CacheControl?.ToString()));
    }

    [Fact]
    [Trait("promise", "P11")]
    public async Task What_is_quarantined_is_shown_to_nobody()
    {
        var dataset = (await pacs.NewDatasetAsync()).Token.Dataset;
        var upload = await hospital.OpenUploadAsync(dataset);
        var key = await hospital.QuarantineAsync(dataset, upload, Phantom.Of(1, 1), QuarantineCode.Localizer);
        Assert.Contains("quarantined", (await SendAsync(dataset, new(key, null, null, null))).Problem(HttpStatusCode.Conflict), StringComparison.Ordinal);
        Assert.Contains("no samples yet", (await SendAsync(dataset, new(null, null, null, null))).Problem(HttpStatusCode.Conflict), StringComparison.Ordinal);
        Assert.Equal("deny", (await hospital.LogAsync())[^1].Decision);
    }

    [Fact]
    [Trait("promise", "P2")]
    public async Task A_sample_that_was_altered_at_rest_is_not_shown_and_is_on_record()
    {
        var dataset = (await pacs.NewDatasetAsync()).Token.Dataset;
        await hospital.UploadAsync([Phantom.Of(1, 1).ToDicom()], dataset);
        var file = Assert.Single(Directory.GetFiles(Path.Combine(hospital.State, "blobs", "samples", dataset)));
        var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        bytes[^20] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await SendAsync(dataset, new(null, null, null, null))).Status);
        Assert.Equal(Acts.PartAltered, (await hospital.LogAsync())[^1].Act);
    }

    [Fact]
    public async Task A_picture_of_any_size_is_read_by_others()
    {
        foreach (var (rows, columns) in ((int, int)[])[(1, 1), (3, 700), (700, 3), (512, 512)])
        {
            var grey = Enumerable.Range(0, rows * columns).Select(i => (byte)(i * 31 % 256)).ToArray();
            var read = await ReadPng.ReadAsync(GreyPng.Encode(grey, rows, columns));
            Assert.Equal((rows, columns), (read.Rows, read.Columns));
            Assert.Equal(grey, read.Grey);
        }
    }

    private Task<Answer> SendAsync(string dataset, PreviewChoice choice, string? who = null) =>
        hospital.PostAsync(Routes.Fill(GatewayRoutes.Preview, dataset), who ?? hospital.Steward, choice, ContractsJson.Strict.PreviewChoice);

    private async Task<SamplePreview> ShowAsync(string dataset, PreviewChoice choice) => (await SendAsync(dataset, choice)).As(ContractsJson.Strict.SamplePreview);
}
