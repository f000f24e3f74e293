using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Scanlock.Audit;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Intake;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Datasets.Uploads;
using Scanlock.Gateway.Tests.Hosting;

namespace Scanlock.Gateway.Tests.Quarantine;

/// <summary>What a steward sees of the quarantine, and decides.</summary>
public sealed class QuarantineTests(PacsFixture pacs) : IClassFixture<PacsFixture>
{
    private readonly Hospital hospital = pacs.Hospital;

    [Fact]
    [Trait("promise", "P11")]
    public async Task A_steward_sees_the_reason_the_place_and_nothing_of_the_object()
    {
        var token = await pacs.NewDatasetAsync();
        var dataset = token.Token.Dataset;
        var upload = await hospital.OpenUploadAsync(dataset);
        var localizer = Phantom.Of(1, 1);
        await hospital.QuarantineAsync(dataset, upload, Phantom.Of(1, 5), QuarantineCode.DoseReport);
        var key = await hospital.QuarantineAsync(dataset, upload, localizer, QuarantineCode.Localizer);
        var answer = await hospital.GetAsync(Routes.Fill(GatewayRoutes.Quarantine, dataset), hospital.Steward);
        Assert.DoesNotContain(
            [localizer.Patient, localizer.PatientName, localizer.Accession, localizer.Study, localizer.Series, localizer.Sop],
            secret => answer.Text.Contains(secret, StringComparison.Ordinal));
        var page = answer.As(ContractsJson.Strict.QuarantinePage);
        Assert.Equal((2, 1, 1), (page.Total, page.Counts["localizer"], page.Counts["dose-report"]));
        var kept = Assert.Single(page.Objects, kept => kept.Code == "localizer");
        Assert.Equal((key, upload, 1, null, 1), (kept.Id, kept.Upload, kept.Ordinal, kept.Token, kept.Samples));
        Assert.Equal(QuarantineReason.Of(QuarantineCode.Localizer).Sentence, kept.Reason);
        Assert.Equal(hospital.Clock.GetUtcNow(), kept.At, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Many_are_listed_page_by_page_and_by_reason()
    {
        var dataset = (await pacs.NewDatasetAsync()).Token.Dataset;
        var upload = await hospital.OpenUploadAsync(dataset);
        for (var i = 0; i < 7; i++)
        {
            await hospital.QuarantineAsync(dataset, upload, Phantom.Of(1, i), i % 2 == 0 ? QuarantineCode.DoseReport : QuarantineCode.NotCt);
            if (i == 3)
            {
                hospital.Clock.Advance(TimeSpan.FromSeconds(1));
            }
        }

        var seen = new List<int>();
        var next = "";
        do
        {
            var page = await hospital.QuarantineOfAsync(dataset, $"?limit=3{next}");
            Assert.Equal(7, page.Total);
            seen.AddRange(page.Objects.Select(kept => kept.Ordinal));
            next = page.Next is null ? "" : $"&after={page.Next}";
        }
        while (next.Length > 0);

        Assert.Equal([0, 1, 2, 3], seen[..4].Order());
        Assert.Equal([4, 5, 6], seen[4..].Order());
        Assert.Equal([1, 3, 5], (await hospital.QuarantineOfAsync(dataset, "?code=not-ct")).Objects.Select(kept => kept.Ordinal).Order());
        Assert.Contains("burned-in-text", (await hospital.GetAsync(Routes.Fill(GatewayRoutes.Quarantine, dataset) + "?code=NotCt", hospital.Steward)).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await hospital.GetAsync(Routes.Fill(GatewayRoutes.Quarantine, dataset) + "?after=x", hospital.Steward)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await hospital.GetAsync(Routes.Fill(GatewayRoutes.Quarantine, dataset) + "?limit=0", hospital.Steward)).Status);
    }

    [Fact]
    [Trait("promise", "P7")]
    public async Task What_is_released_is_a_sample_like_any_other_and_a_duplicate_when_sent_again()
    {
        var dataset = (await pacs.NewDatasetAsync()).Token.Dataset;
        var upload = await hospital.OpenUploadAsync(dataset);
        var (first, second) = (Phantom.Of(1, 1).Apart(QuarantineCode.NotChest), Phantom.Of(2, 1).ToDicom());
        var key = await hospital.QuarantineAsync(dataset, upload, Phantom.Of(1, 1), QuarantineCode.NotChest);
        await hospital.SendObjectAsync(upload, second, dataset);
        await hospital.CloseUploadAsync(upload, dataset);
        var labels = (await hospital.LabelAsync("patient", [new("PHANTOM-0001", "1", null), new("PHANTOM-0002", "0", null)], dataset: dataset)).As(ContractsJson.Strict.LabelReport);
        Assert.Equal((1, 0), (labels.Labelled, labels.Unlabelled));
        Assert.Equal(1, (await hospital.SealAsync(dataset: dataset)).As(ContractsJson.Strict.SealedVersion).Samples);
        Assert.Equal(0, await hospital.HeldAsync(dataset, first));

        var released = (await hospital.ReleaseAsync(dataset, key)).As(ContractsJson.Strict.QuarantineDecided);
        Assert.Equal((1, 1, 0), (released.Objects, released.Samples, released.Left));
        var entry = (await hospital.LogAsync())[^1];
        Assert.Equal((Acts.QuarantineRelease, dataset, key), (entry.Act, entry.Subjects["dataset"], entry.Subjects["object"]));
        Assert.Equal((1L, 1L), (entry.Counts["samples"], entry.Counts["objects_not-chest"]));
        Assert.Empty((await hospital.QuarantineOfAsync(dataset)).Objects);

        // It was labelled while it was kept apart.
        Assert.Equal(2, (await hospital.SealAsync(dataset: dataset)).As(ContractsJson.Strict.SealedVersion).Samples);
        var again = await hospital.OpenUploadAsync(dataset);
        Assert.Equal("duplicate", (await hospital.SendObjectAsync(again, first, dataset)).Outcome().Outcome);
    }

    [Fact]
    [Trait("promise", "P10")]
    public async Task What_is_deleted_is_destroyed_and_quarantined_again_when_sent_again()
    {
        var dataset = (await pacs.NewDatasetAsync()).Token.Dataset;
        var upload = await hospital.OpenUploadAsync(dataset);
        var bytes = Phantom.Of(1, 1).Apart(QuarantineCode.NotChest);
        var key = await hospital.QuarantineAsync(dataset, upload, Phantom.Of(1, 1), QuarantineCode.NotChest);
        await hospital.LabelAsync("patient", [new("PHANTOM-0001", "1", null)], dataset: dataset);
        Assert.Equal("quarantined", (await hospital.SendObjectAsync(upload, bytes, dataset)).Outcome().Outcome);
        Assert.Equal(1, hospital.Blobs(dataset));

        var deleted = (await hospital.DeleteAsync(dataset, key)).As(ContractsJson.Strict.QuarantineDecided);
        Assert.Equal((1, 1), (deleted.Objects, deleted.Samples));
        Assert.Equal(0, hospital.Blobs(dataset));
        await using var db = await hospital.OpenDbAsync();
        Assert.False(await db.Samples.AnyAsync(sample => sample.Dataset == dataset));
        Assert.False(await db.SampleLabels.AnyAsync(label => label.Dataset == dataset));
        Assert.False(await db.DiscardedBlobs.AnyAsync());
        Assert.Contains("sent again", (await hospital.ReleaseAsync(dataset, key)).Problem(HttpStatusCode.Conflict), StringComparison.Ordinal);

        // A table that names it still fits.
        await hospital.SendObjectAsync(upload, Phantom.Of(2, 1).ToDicom(), dataset);
        var labels = await hospital.LabelAsync("file", [new(Sha256Digest.Of(bytes).ToString(), "1", null), new(Sha256Digest.Of(Phantom.Of(2, 1).ToDicom()).ToString(), "0", null)], dataset: dataset);
        Assert.Equal((1, 0), (labels.As(ContractsJson.Strict.LabelReport).Labelled, labels.As(ContractsJson.Strict.LabelReport).Unlabelled));

        // The worker decides anew, and the row of the old decision is not in its way.
        await hospital.QuarantineAsync(dataset, upload, Phantom.Of(1, 1), QuarantineCode.NotChest);
        Assert.Equal(1, (await hospital.QuarantineOfAsync(dataset)).Total);
        Assert.Equal(1, (await hospital.DeleteAsync(dataset, key)).As(ContractsJson.Strict.QuarantineDecided).Objects);
    }

    [Fact]
    [Trait("promise", "P9")]
    public async Task What_was_deleted_and_comes_again_by_many_at_once_is_kept_apart_once()
    {
        var dataset = (await pacs.NewDatasetAsync()).Token.Dataset;
        var upload = await hospital.OpenUploadAsync(dataset);
        var bytes = Phantom.Of(1, 1).Apart(QuarantineCode.NotChest);
        var key = await hospital.QuarantineAsync(dataset, upload, Phantom.Of(1, 1), QuarantineCode.NotChest);
        await hospital.DeleteAsync(dataset, key);
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => hospital.SendObjectAsync(upload, bytes, dataset)));
        Assert.All(answers, answer => Assert.Equal("quarantined", answer.Outcome().Outcome));
        Assert.Equal((1, 1), ((await hospital.QuarantineOfAsync(dataset)).Total, hospital.Blobs(dataset)));
    }

    [Fact]
    [Trait("promise", "P9")]
    public async Task Deciding_twice_is_deciding_once()
    {
        var dataset = (await pacs.NewDatasetAsync()).Token.Dataset;
        var upload = await hospital.OpenUploadAsync(dataset);
        var (kept, gone) = (
            await hospital.QuarantineAsync(dataset, upload, Phantom.Of(1, 1), QuarantineCode.NotChest),
            await hospital.QuarantineAsync(dataset, upload, Phantom.Of(1, 2), QuarantineCode.NotChest));
        await hospital.ReleaseAsync(dataset, kept);
        await hospital.DeleteAsync(dataset, gone);
        var before = (await hospital.LogAsync()).Count;
        Assert.Equal(0, (await hospital.ReleaseAsync(dataset, kept)).As(ContractsJson.Strict.QuarantineDecided).Objects);
        Assert.Equal(0, (await hospital.DeleteAsync(dataset, gone)).As(ContractsJson.Strict.QuarantineDecided).Objects);
        Assert.Equal(before, (await hospital.LogAsync()).Count);
        Assert.Contains("released already", (await hospital.DeleteAsync(dataset, kept)).Problem(HttpStatusCode.Conflict), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_what_holds_a_sample_can_be_released_and_the_refusal_says_why()
    {
        var dataset = (await pacs.NewDatasetAsync()).Token.Dataset;
        var upload = await hospital.OpenUploadAsync(dataset);
        var report = await hospital.QuarantineAsync(dataset, upload, Phantom.Of(1, 2), QuarantineCode.DoseReport);
        var slice = await hospital.QuarantineAsync(dataset, upload, Phantom.Of(1, 1), QuarantineCode.NotChest);
        var refused = (await hospital.ReleaseAsync(dataset, slice, report)).Problem(HttpStatusCode.Conflict);
        Assert.Contains($"nothing in object {report} that could be a sample", refused, StringComparison.Ordinal);
        Assert.Equal(2, (await hospital.QuarantineOfAsync(dataset)).Total);
        Assert.Contains("nothing in object", (await hospital.DecideAsync(GatewayRoutes.ReleaseQuarantined, dataset, new(null, "dose-report", All: false))).Problem(HttpStatusCode.Conflict), StringComparison.Ordinal);

        var all = (await hospital.DecideAsync(GatewayRoutes.ReleaseQuarantined, dataset, new(null, null, All: true))).As(ContractsJson.Strict.QuarantineDecided);
        Assert.Equal((1, 1, 1), (all.Objects, all.Samples, all.Left));
        var deleted = (await hospital.DecideAsync(GatewayRoutes.DeleteQuarantined, dataset, new(null, "dose-report", All: false))).As(ContractsJson.Strict.QuarantineDecided);
        Assert.Equal((1, 0, 0), (deleted.Objects, deleted.Samples, deleted.Left));
        Assert.Equal("dose-report", (await hospital.LogAsync())[^1].Subjects["code"]);
        Assert.Equal(0, (await hospital.QuarantineOfAsync(dataset)).Total);
    }

    [Fact]
    public async Task A_faulty_choice_decides_nothing()
    {
        var dataset = (await pacs.NewDatasetAsync()).Token.Dataset;
        foreach (var choice in (QuarantineChoice[])[new(null, null, false), new(["a"], "not-ct", false), new([], null, false), new(null, "no-such", false), new(["a"], null, true)])
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await hospital.DecideAsync(GatewayRoutes.DeleteQuarantined, dataset, choice)).Status);
        }

        Assert.Contains("no object ab", (await hospital.DeleteAsync(dataset, "ab")).Problem(HttpStatusCode.NotFound), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("promise", "P1")]
    public async Task Only_the_datasets_stewards_see_or_decide()
    {
        var dataset = (await pacs.NewDatasetAsync()).Token.Dataset;
        var upload = await hospital.OpenUploadAsync(dataset);
        var key = await hospital.QuarantineAsync(dataset, upload, Phantom.Of(1, 1), QuarantineCode.NotChest);
        foreach (var (who, status) in ((string, HttpStatusCode)[])
            [(hospital.Researcher, HttpStatusCode.Forbidden), (hospital.Token("steve", "elsewhere", Roles.Steward), HttpStatusCode.Forbidden), (hospital.Token("stella", "saint-brannoch", Roles.Steward, scope: "read"), HttpStatusCode.Forbidden)])
        {
            Assert.Equal(status, (await hospital.GetAsync(Routes.Fill(GatewayRoutes.Quarantine, dataset), who)).Status);
            Assert.Equal(status, (await hospital.DecideAsync(GatewayRoutes.ReleaseQuarantined, dataset, new([key], null, All: false), who)).Status);
            Assert.Equal(status, (await hospital.DecideAsync(GatewayRoutes.DeleteQuarantined, dataset, new([key], null, All: false), who)).Status);
        }

        Assert.Equal(1, (await hospital.QuarantineOfAsync(dataset)).Total);
    }

    [Fact]
    [Trait("promise", "P7")]
    [Trait("promise", "P9")]
    public async Task Nothing_is_decided_without_the_log_and_a_crash_decides_nothing()
    {
        var dataset = (await pacs.NewDatasetAsync()).Token.Dataset;
        var upload = await hospital.OpenUploadAsync(dataset);
        var key = await hospital.QuarantineAsync(dataset, upload, Phantom.Of(1, 1), QuarantineCode.NotChest);
        using (Broken.Folder(Path.Combine(hospital.State, "audit")))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await hospital.DeleteAsync(dataset, key)).Status);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await hospital.ReleaseAsync(dataset, key)).Status);
        }

        var lost = new Entry(Acts.QuarantineDelete, "person:x#y")
        {
            Subjects = new Dictionary<string, string> { ["dataset"] = dataset, ["object"] = key },
        }.ToAuditEntry(hospital.Clock.GetUtcNow());
        await hospital.Services.GetRequiredService<AuditLog>().AppendAsync(lost, TestContext.Current.CancellationToken);
        await hospital.RestartAsync();
        Assert.Contains(await hospital.LogAsync(), entry => entry.Act == Acts.EntryAbandoned && entry.Subjects["entry"] == lost.Id);
        Assert.Equal((1, 1), ((await hospital.QuarantineOfAsync(dataset)).Total, hospital.Blobs(dataset)));
    }

    [Fact]
    [Trait("promise", "P9")]
    public async Task A_blob_that_a_crash_left_of_a_deleted_object_goes_at_the_next_start()
    {
        var dataset = (await pacs.NewDatasetAsync()).Token.Dataset;
        var upload = await hospital.OpenUploadAsync(dataset);
        var key = await hospital.QuarantineAsync(dataset, upload, Phantom.Of(1, 1), QuarantineCode.NotChest);
        using (Broken.Folder(Path.Combine(hospital.State, "blobs", "samples", dataset)))
        {
            await hospital.DeleteAsync(dataset, key);
            Assert.Equal(0, (await hospital.QuarantineOfAsync(dataset)).Total);
        }

        await hospital.RestartAsync();
        Assert.Equal(0, hospital.Blobs(dataset));
    }

    [Fact]
    public async Task Dropping_a_token_takes_what_it_sent_out_of_the_quarantine_too()
    {
        var token = await pacs.NewDatasetAsync();
        var dataset = token.Token.Dataset;
        await hospital.StowAsync(
            token, Phantom.Of(1, 1).Apart(QuarantineCode.NotChest), Phantom.Of(1, 2).Apart(QuarantineCode.NotChest), Phantom.Of(1, 3).Apart(QuarantineCode.DoseReport));
        var upload = await hospital.OpenUploadAsync(dataset);
        await hospital.QuarantineAsync(dataset, upload, Phantom.Of(1, 4), QuarantineCode.DoseReport);
        Assert.Equal((4, token.Token.Name), ((await hospital.QuarantineOfAsync(dataset)).Total, (await hospital.QuarantineOfAsync(dataset, "?code=not-chest")).Objects[0].Token));
        await hospital.DropAsync(token);
        var left = Assert.Single((await hospital.QuarantineOfAsync(dataset)).Objects);
        Assert.Equal((upload, 0), (left.Upload, hospital.Blobs(dataset)));
    }
}
