using System.Net;
using System.Text;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Tests.Hosting;
using Scanlock.Testing;

namespace Scanlock.Gateway.Tests.Dicomweb;

/// <summary>One sender keeps every worker busy that it can have: others go on, and it is told to come back.</summary>
public sealed class BusyTests : IAsyncLifetime
{
    private static readonly byte[] s_boundary = Encoding.ASCII.GetBytes($"--{Pacs.Boundary}\r\n");
    private static readonly byte[] s_header = Encoding.ASCII.GetBytes("Content-Type: application/dicom\r\n\r\n");
    private static readonly byte[] s_part = [.. s_boundary, .. s_header];
    private static readonly byte[] s_end = Encoding.ASCII.GetBytes($"\r\n--{Pacs.Boundary}--\r\n");
    private Hospital hospital = null!;

    public async ValueTask InitializeAsync()
    {
        hospital = await Hospital.StartAsync(intake: """ "Workers": 2, "WorkersPerSender": 1, "WaitSeconds": 1 """);
        await hospital.CreateAsync();
    }

    public ValueTask DisposeAsync() => hospital.DisposeAsync();

    [Fact]
    public async Task A_sender_that_has_all_its_workers_is_told_to_come_back_and_others_are_served()
    {
        var (greedy, other) = (await hospital.CreateTokenAsync(), await hospital.CreateTokenAsync());
        await using var request = await HoldAsync(greedy);
        var refused = await hospital.StowAsync(greedy, Phantom.Of(1, 2).ToDicom());

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "10"), (refused.Status, refused.Headers.RetryAfter?.ToString()));
        Assert.Contains("busy", refused.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await hospital.StowAsync(other, Phantom.Of(1, 3).ToDicom())).Status);
        request.BreakOff();
        await Wait.UntilAsync(
            "the worker to be free again", async () => (await hospital.StowAsync(greedy, Phantom.Of(1, 2).ToDicom())).Status == HttpStatusCode.OK, TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task What_finds_no_worker_behind_what_was_stored_fails_for_want_of_resources()
    {
        var greedy = await hospital.CreateTokenAsync();

        // The host ends a request whose bytes were few for the time it was waited for; the first is large enough for minutes.
        var objects = Enumerable.Range(1, 3).Select(slice => Phantom.Of(1, slice) with { Side = 256 }).ToList();
        await using var request = await OpenRequest.StartAsync(hospital, greedy);
        await request.SendAsync([.. s_part, .. objects[0].ToDicom(), .. "\r\n"u8, .. s_boundary]);
        await Wait.UntilAsync(
            "the first to be in", async () => await hospital.HeldAsync(Hospital.Dataset, objects[0].ToDicom()) == 1, TimeSpan.FromSeconds(60));
        await using var holding = await HoldAsync(greedy);
        await request.SendAsync([.. s_header, .. objects[1].ToDicom(), .. "\r\n"u8, .. s_part, .. objects[2].ToDicom(), .. s_end]);
        var answer = await request.AnswerAsync();

        Assert.StartsWith("HTTP/1.1 202", answer, StringComparison.Ordinal);
        Assert.Equal(2, answer.Split("""
            "00081197":{"vr":"US","Value":[42752]}
            """).Length - 1);
        Assert.Equal(1, await hospital.HeldAsync(Hospital.Dataset, [.. objects.Select(one => one.ToDicom())]));
    }

    /// <summary>A sender that has begun an object too long to be held first, and does not go on with it.</summary>
    private async Task<OpenRequest> HoldAsync(CreatedUploadToken token)
    {
        var request = await OpenRequest.StartAsync(hospital, token);
        await request.SendAsync([.. s_part, .. (Phantom.Of(9, 1) with { Side = 1024 }).ToDicom()[..1_500_000]]);
        await Wait.UntilAsync(
            "its worker to be taken",
            async () => (await hospital.StowAsync(token, Phantom.Of(9, 2).ToDicom())).Status == HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(60));
        return request;
    }
}
