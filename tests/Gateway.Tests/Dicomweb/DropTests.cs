using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Scanlock.Audit;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Datasets.Uploads;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Tests.Hosting;
using Scanlock.Testing;

namespace Scanlock.Gateway.Tests.Dicomweb;

/// <summary>A steward takes back what one token sent.</summary>
public sealed class DropTests(PacsFixture pacs) : IClassFixture<PacsFixture>
{
    private readonly Hospital hospital = pacs.Hospital;

    [Fact]
    [Trait("promise", "P7")]
    public async Task Dropping_destroys_what_one_token_sent_and_nothing_else()
    {
        var token = await pacs.NewDatasetAsync();
        var dataset = token.Token.Dataset;
        var other = await hospital.CreateTokenAsync(dataset);
        var (wrong, right) = (Phantom.Of(1, 1).ToDicom(), Phantom.Of(2, 1).ToDicom());
        await hospital.StowAsync(token, wrong, Phantom.Of(1, 2).ToDicom());
        await hospital.StowAsync(other, right);
        await hospital.LabelAsync("patient", [new("PHANTOM-0001", "1", null), new("PHANTOM-0002", "0", null)], dataset: dataset);
        Assert.Equal(3, Blobs(dataset));

        var dropped = (await hospital.DropAsync(token)).As(ContractsJson.Strict.DroppedUploads);
        Assert.Equal((2, 0), (dropped.Samples, dropped.LeftSealed));
        Assert.Equal((0, 1), (await hospital.HeldAsync(dataset, wrong), await hospital.HeldAsync(dataset, right)));
        Assert.Equal(1, Blobs(dataset));
        var entries = (await hospital.LogAsync()).FindAll(entry => entry.Subjects.GetValueOrDefault("dataset") == dataset);
        Assert.Equal([Acts.DatasetUpload, Acts.TokenDrop], entries.Select(entry => entry.Act).TakeLast(2));
        Assert.Equal((2L, token.Token.Id), (entries[^1].Counts["samples"], entries[^1].Subjects["token"]));
        Assert.Equal(2L, entries[^2].Counts["stored"]);

        // Nothing of it is left in the way of sending the same again.
        Assert.Equal(HttpStatusCode.OK, (await hospital.StowAsync(other, wrong)).Status);
        Assert.Equal(1, await hospital.HeldAsync(dataset, wrong));
        Assert.Equal(0, (await hospital.DropAsync(token)).As(ContractsJson.Strict.DroppedUploads).Samples);
    }

    [Fact]
    public async Task What_is_in_quarantine_goes_too()
    {
        var token = await pacs.NewDatasetAsync();
        var dataset = token.Token.Dataset;
        await hospital.StowAsync(token, Phantom.Of(1, 1).ToDicom(), Phantom.Of(1, 2).ToDicom());
        await using var db = await hospital.Services.GetRequiredService<IDbContextFactory<GatewayDb>>().CreateDbContextAsync();
        var sample = await db.Samples.FirstAsync(row => row.Dataset == dataset);
        sample.Quarantined = true;
        db.Quarantine.Add(new()
        {
            Dataset = dataset, ObjectKey = sample.ObjectKey, Upload = sample.Upload, Ordinal = sample.Ordinal, Code = "localizer", Samples = 1, At = sample.StoredAt,
        });
        await db.SaveChangesAsync();

        var dropped = (await hospital.DropAsync(token)).As(ContractsJson.Strict.DroppedUploads);
        Assert.Equal((1, 1), (dropped.Samples, dropped.Quarantined));
        Assert.Equal(0, Blobs(dataset));
        Assert.False(await db.Quarantine.AnyAsync(row => row.Dataset == dataset));
    }

    [Fact]
    public async Task What_a_sealed_version_holds_stays_and_the_steward_is_told()
    {
        var token = await pacs.NewDatasetAsync();
        var dataset = token.Token.Dataset;
        var (held, later) = (Phantom.Of(1, 1).ToDicom(), Phantom.Of(1, 2).ToDicom());
        await hospital.StowAsync(token, held, Phantom.Of(2, 1).ToDicom());
        await hospital.LabelAsync("patient", [new("PHANTOM-0001", "1", null), new("PHANTOM-0002", "0", null)], dataset: dataset);
        Assert.Equal(2, (await hospital.SealAsync(dataset: dataset)).As(ContractsJson.Strict.SealedVersion).Samples);
        await hospital.StowAsync(token, later);

        var refused = (await hospital.DropAsync(token)).Problem(HttpStatusCode.Conflict);
        Assert.Contains("2 of the 3", refused, StringComparison.Ordinal);
        Assert.Contains("withdraw", refused, StringComparison.Ordinal);
        Assert.Equal(2, await hospital.HeldAsync(dataset, held, later));
        Assert.Equal(HttpStatusCode.OK, (await hospital.StowAsync(token, later)).Status);

        var dropped = (await hospital.DropAsync(token, leaveSealed: true)).As(ContractsJson.Strict.DroppedUploads);
        Assert.Equal((1, 2), (dropped.Samples, dropped.LeftSealed));
        Assert.Equal((1, 0), (await hospital.HeldAsync(dataset, held), await hospital.HeldAsync(dataset, later)));
    }

    [Fact]
    [Trait("promise", "P7")]
    public async Task Sealing_closes_a_PACS_session_and_what_comes_after_is_for_the_next_version()
    {
        var token = await pacs.NewDatasetAsync();
        var dataset = token.Token.Dataset;
        await hospital.StowAsync(token, Phantom.Of(1, 1).ToDicom(), Phantom.Of(2, 1).ToDicom());
        await hospital.LabelAsync("patient", [new("PHANTOM-0001", "1", null), new("PHANTOM-0002", "0", null)], dataset: dataset);
        Assert.Equal(2, (await hospital.SealAsync(dataset: dataset)).As(ContractsJson.Strict.SealedVersion).Samples);
        Assert.Equal(HttpStatusCode.OK, (await hospital.StowAsync(token, Phantom.Of(1, 2).ToDicom())).Status);
        await hospital.LabelAsync("patient", [new("PHANTOM-0001", "1", null), new("PHANTOM-0002", "0", null)], dataset: dataset);
        Assert.Equal(3, (await hospital.SealAsync(dataset: dataset)).As(ContractsJson.Strict.SealedVersion).Samples);
        var acts = (await hospital.LogAsync()).FindAll(entry => entry.Subjects.GetValueOrDefault("dataset") == dataset && entry.Act is Acts.DatasetUpload or Acts.DatasetSeal)
            .Select(entry => entry.Act).TakeLast(4);
        Assert.Equal([Acts.DatasetUpload, Acts.DatasetSeal, Acts.DatasetUpload, Acts.DatasetSeal], acts);
    }

    [Fact]
    [Trait("promise", "P7")]
    public async Task What_is_still_coming_cannot_be_dropped_and_is_in_the_count_of_its_session()
    {
        var token = await pacs.NewDatasetAsync();
        var dataset = token.Token.Dataset;
        var sessions = hospital.Services.GetRequiredService<SessionsUnderWay>();
        await hospital.StowAsync(token, Phantom.Of(1, 1).ToDicom());
        Assert.True(sessions.TryBegin(new(dataset, Actors.UploadToken(token.Token.Id), token.Token.Id, Named: null), out var coming));
        var dropping = hospital.DropAsync(token);

        // Its sender goes on into another session while the first runs dry.
        await Wait.UntilAsync("the first to be retired", () => Task.FromResult(sessions.IsRetired(coming.Session)), TimeSpan.FromSeconds(60));
        Assert.Equal(HttpStatusCode.OK, (await hospital.StowAsync(token, Phantom.Of(1, 2).ToDicom())).Status);
        Assert.True(sessions.TryBegin(new(dataset, Actors.UploadToken(token.Token.Id), token.Token.Id, Named: null), out var next));
        coming.Dispose();
        Assert.Contains("still coming", (await dropping).Problem(HttpStatusCode.Conflict), StringComparison.Ordinal);
        Assert.Equal(2, Blobs(dataset));
        next.Dispose();
        Assert.Equal(2, (await hospital.DropAsync(token)).As(ContractsJson.Strict.DroppedUploads).Samples);
    }

    [Fact]
    [Trait("promise", "P9")]
    public async Task A_drop_or_revocation_that_is_in_the_log_and_was_cut_short_is_finished_at_the_next_start()
    {
        await using var own = await Hospital.StartAsync();
        await own.CreateAsync();
        var token = await own.CreateTokenAsync();
        var bytes = Phantom.Of(1, 1).ToDicom();
        await own.StowAsync(token, bytes);
        foreach (var act in new[] { Acts.TokenRevoke, Acts.TokenDrop })
        {
            var entry = new Entry(act, Actors.Gateway)
            {
                Subjects = new Dictionary<string, string>(StringComparer.Ordinal) { ["dataset"] = Hospital.Dataset, ["token"] = token.Token.Id },
            };
            await own.Services.GetRequiredService<AuditLog>().AppendAsync(entry.ToAuditEntry(own.Clock.GetUtcNow()), CancellationToken.None);
        }

        await own.RestartAsync();
        Assert.Equal(0, await own.HeldAsync(Hospital.Dataset, bytes));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(own.State, "blobs", "samples", Hospital.Dataset)));
        Assert.Equal(HttpStatusCode.Unauthorized, (await own.StowAsync(token, bytes)).Status);
        await using var db = await own.Services.GetRequiredService<IDbContextFactory<GatewayDb>>().CreateDbContextAsync();
        Assert.Empty(await db.DiscardedBlobs.ToListAsync());
    }

    private int Blobs(string dataset) => Directory.EnumerateFiles(Path.Combine(hospital.State, "blobs", "samples", dataset)).Count();
}
