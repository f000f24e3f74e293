using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Datasets.Uploads;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Tests.Hosting;
using Scanlock.Testing;

namespace Scanlock.Gateway.Tests.Dicomweb;

/// <summary>Requests as networks and strangers make them: cut off, lying, many at once.</summary>
public sealed class StreamTests(PacsFixture pacs) : IClassFixture<PacsFixture>
{
    private static readonly byte[] s_part = Encoding.ASCII.GetBytes($"--{Pacs.Boundary}\r\nContent-Type: application/dicom\r\n\r\n");
    private static readonly byte[] s_end = Encoding.ASCII.GetBytes($"\r\n--{Pacs.Boundary}--\r\n");
    private readonly Hospital hospital = pacs.Hospital;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("promise", "P9")]
    public async Task A_client_that_breaks_off_loses_only_the_object_at_hand(bool chunked)
    {
        var token = await pacs.NewDatasetAsync();
        var (first, second) = (Phantom.Of(1, 1).ToDicom(), (Phantom.Of(1, 2) with { Side = 256 }).ToDicom());
        await using (var request = await OpenRequest.StartAsync(hospital, token, chunked ? null : 1_000_000))
        {
            await request.SendAsync([.. s_part, .. first, .. "\r\n"u8, .. s_part, .. second[..50_000]]);
            await HeldAsync(token, first);
            request.BreakOff();
        }

        Assert.Equal(0, await hospital.HeldAsync(token.Token.Dataset, second));
        var again = await hospital.StowAsync(token, first, second);
        Assert.Equal(HttpStatusCode.OK, again.Status);
        Assert.Equal(2, again.Stored.Count);
        Assert.Equal(2, await hospital.HeldAsync(token.Token.Dataset, first, second));
    }

    [Fact]
    public async Task A_body_without_its_last_boundary_is_answered_for_what_came()
    {
        var token = await pacs.NewDatasetAsync();
        var (first, second) = (Phantom.Of(1, 1), Phantom.Of(1, 2));
        await using var request = await OpenRequest.StartAsync(hospital, token);
        await request.SendAsync([.. s_part, .. first.ToDicom(), .. "\r\n"u8, .. s_part, .. second.ToDicom()]);
        var answer = await request.AnswerAsync();
        Assert.StartsWith("HTTP/1.1 202", answer, StringComparison.Ordinal);
        Assert.Contains(first.Sop, answer, StringComparison.Ordinal);
        Assert.DoesNotContain(second.Sop, answer, StringComparison.Ordinal);
        Assert.Equal(0, await hospital.HeldAsync(token.Token.Dataset, second.ToDicom()));
    }

    [Fact]
    public async Task A_content_length_of_gigabytes_that_never_come_holds_up_nobody()
    {
        var token = await pacs.NewDatasetAsync();
        await using (var request = await OpenRequest.StartAsync(hospital, token, contentLength: 5L << 30))
        {
            await request.SendAsync([.. s_part, .. Phantom.Of(1, 1).ToDicom(), .. s_end]);
            await HeldAsync(token, Phantom.Of(1, 1).ToDicom());
            Assert.Equal(HttpStatusCode.OK, (await hospital.StowAsync(token, Phantom.Of(1, 2).ToDicom())).Status);
            request.BreakOff();
        }

        Assert.Equal(2, await hospital.HeldAsync(token.Token.Dataset, Phantom.Of(1, 1).ToDicom(), Phantom.Of(1, 2).ToDicom()));
    }

    [Fact]
    public async Task A_slice_that_trickles_holds_up_no_worker()
    {
        var token = await pacs.NewDatasetAsync();
        var slow = (Phantom.Of(1, 1) with { Side = 256 }).ToDicom();
        await using var request = await OpenRequest.StartAsync(hospital, token);
        await request.SendAsync([.. s_part, .. slow[..50_000]]);
        await Wait.UntilAsync("the slow slice to be on its way", () => IsBusyAsync(token), TimeSpan.FromSeconds(60));
        var other = await hospital.StowAsync(token, Phantom.Of(1, 2).ToDicom()).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(HttpStatusCode.OK, other.Status);
        await request.SendAsync([.. slow[50_000..], .. s_end]);
        Assert.StartsWith("HTTP/1.1 200", await request.AnswerAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_too_long_to_be_held_first_is_taken_in_as_it_comes()
    {
        var token = await pacs.NewDatasetAsync();
        var large = (Phantom.Of(1, 1) with { Side = 1024 }).ToDicom();
        Assert.Equal(HttpStatusCode.OK, (await hospital.StowAsync(token, large, Phantom.Of(1, 2).ToDicom())).Status);
        Assert.Equal(2, await hospital.HeldAsync(token.Token.Dataset, large, Phantom.Of(1, 2).ToDicom()));
    }

    [Fact]
    [Trait("promise", "P7")]
    public async Task Two_hundred_objects_over_eight_connections_are_each_stored_once_under_a_number_of_their_own()
    {
        var token = await pacs.NewDatasetAsync();
        var objects = Enumerable.Range(1, 20).SelectMany(patient => Enumerable.Range(1, 10).Select(slice => Phantom.Of(patient, slice).ToDicom())).ToList();
        var answers = await Task.WhenAll(objects.Chunk(25).Select(chunk => hospital.StowAsync(token, chunk)));
        Assert.All(answers, answer => Assert.Equal((HttpStatusCode.OK, 25), (answer.Status, answer.Stored.Count)));
        Assert.Equal(200, await hospital.HeldAsync(token.Token.Dataset, objects));

        hospital.Clock.Advance(RollingSessions.Idle + TimeSpan.FromSeconds(1));
        await hospital.Services.GetRequiredService<RollingSessions>().CloseIdleAsync(CancellationToken.None);
        var entry = Assert.Single(
            await hospital.LogAsync(), logged => logged.Act == Acts.DatasetUpload && logged.Subjects["dataset"] == token.Token.Dataset);
        Assert.Equal((200L, 0L, $"upload-token:{token.Token.Id}"), (entry.Counts["stored"], entry.Counts["duplicates"], entry.Subjects["by"]));
    }

    [Fact]
    [Trait("promise", "P7")]
    public async Task A_session_closes_when_it_was_idle_and_what_comes_later_opens_another()
    {
        var token = await pacs.NewDatasetAsync();
        var rolling = hospital.Services.GetRequiredService<RollingSessions>();
        await hospital.StowAsync(token, Phantom.Of(1, 1).ToDicom());
        await rolling.CloseIdleAsync(CancellationToken.None);
        Assert.Equal(0, await EntriesAsync(token));
        hospital.Clock.Advance(RollingSessions.Idle + TimeSpan.FromSeconds(1));
        await rolling.CloseIdleAsync(CancellationToken.None);
        await rolling.CloseIdleAsync(CancellationToken.None);
        Assert.Equal(1, await EntriesAsync(token));
        Assert.Equal(HttpStatusCode.OK, (await hospital.StowAsync(token, Phantom.Of(1, 2).ToDicom(), Phantom.Of(1, 1).ToDicom())).Status);
        hospital.Clock.Advance(RollingSessions.Idle + TimeSpan.FromSeconds(1));
        await rolling.CloseIdleAsync(CancellationToken.None);
        Assert.Equal(2, await EntriesAsync(token));
    }

    [Fact]
    [Trait("promise", "P7")]
    public async Task A_steward_who_names_no_session_has_one_too()
    {
        var token = await pacs.NewDatasetAsync();
        using var body = Pacs.Multipart(Phantom.Of(1, 1).ToDicom());
        Assert.Equal(HttpStatusCode.OK, (await hospital.StowAsync(new("Bearer", hospital.Steward), Pacs.Studies(token.Token.Dataset), body)).Status);
        hospital.Clock.Advance(RollingSessions.Idle + TimeSpan.FromSeconds(1));
        await hospital.Services.GetRequiredService<RollingSessions>().CloseIdleAsync(CancellationToken.None);
        var entry = Assert.Single(
            await hospital.LogAsync(), logged => logged.Act == Acts.DatasetUpload && logged.Subjects["dataset"] == token.Token.Dataset);
        Assert.Equal((1L, "stella"), (entry.Counts["stored"], entry.Subjects["by"].Split('#')[^1]));
        Assert.Single(hospital.Services.GetServices<IHostedService>().OfType<IdleSessionClosing>());
    }

    [Fact]
    [Trait("promise", "P7")]
    public async Task An_object_that_takes_long_keeps_its_session_open_and_is_in_its_count()
    {
        var token = await pacs.NewDatasetAsync();
        var rolling = hospital.Services.GetRequiredService<RollingSessions>();
        var (first, second) = (Phantom.Of(1, 1).ToDicom(), (Phantom.Of(1, 2) with { Side = 256 }).ToDicom());
        await using var request = await OpenRequest.StartAsync(hospital, token);
        await request.SendAsync([.. s_part, .. first, .. "\r\n"u8, .. s_part, .. second[..50_000]]);
        await HeldAsync(token, first);
        hospital.Clock.Advance(RollingSessions.Idle + TimeSpan.FromSeconds(1));
        await rolling.CloseIdleAsync(CancellationToken.None);
        await request.SendAsync([.. second[50_000..], .. s_end]);
        Assert.StartsWith("HTTP/1.1 200", await request.AnswerAsync(), StringComparison.Ordinal);
        hospital.Clock.Advance(RollingSessions.Idle + TimeSpan.FromSeconds(1));
        await rolling.CloseIdleAsync(CancellationToken.None);
        var entry = Assert.Single(
            await hospital.LogAsync(), logged => logged.Act == Acts.DatasetUpload && logged.Subjects["dataset"] == token.Token.Dataset);
        Assert.Equal(2L, entry.Counts["stored"]);
    }

    private Task HeldAsync(Contracts.Gateway.CreatedUploadToken token, byte[] bytes) => Wait.UntilAsync(
        "an object to be in", async () => await hospital.HeldAsync(token.Token.Dataset, bytes) == 1, TimeSpan.FromSeconds(60));

    private async Task<bool> IsBusyAsync(Contracts.Gateway.CreatedUploadToken token)
    {
        await using var db = await hospital.Services.GetRequiredService<IDbContextFactory<GatewayDb>>().CreateDbContextAsync();
        var upload = await db.Uploads.SingleOrDefaultAsync(row => row.Token == token.Token.Id);
        return upload is not null && hospital.Services.GetRequiredService<SessionsUnderWay>().IsBusy(upload.Id);
    }

    private async Task<int> EntriesAsync(Contracts.Gateway.CreatedUploadToken token) =>
        (await hospital.LogAsync()).Count(logged => logged.Act == Acts.DatasetUpload && logged.Subjects["dataset"] == token.Token.Dataset);
}
